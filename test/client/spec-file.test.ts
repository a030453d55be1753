import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { describeFileMistakes } from '../../src/client/file-mistake.ts';
import { readSpecFile, type SpecFileOptions } from '../../src/client/spec-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'cutover-spec-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const head = 'app: api\nservice: api-service\n';
const good = `${head}candidate:\n  image: myapp:v2.0\n`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The mistakes of a file, without the folder that it is in. */
async function mistakes(text: string, name = 'deploy.yaml', options: SpecFileOptions = {}): Promise<string[]> {
  const read = await readSpecFile(write(name, text), options);
  return read.ok ? [] : describeFileMistakes(read.mistakes).replaceAll(`${folder}/`, '').split('\n');
}

async function* chunks(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}

describe('a spec file', () => {
  it('may be YAML or JSON, also indented with tabs', async () => {
    expect(await mistakes(good)).toEqual([]);
    const json = JSON.stringify({ app: 'api', service: 'api-service', candidate: { image: 'a' } }, null, '\t');
    expect(await mistakes(json, 'deploy.json')).toEqual([]);
  });

  it('may come through standard input', async () => {
    expect(await readSpecFile('-', { stdin: chunks(good) })).toMatchObject({ ok: true, spec: { app: 'api' } });
  });

  it('gets its image from the command line, also where it names none', async () => {
    const file = write('image.yaml', good);
    expect(await readSpecFile(file, { image: 'myapp:v3' })).toMatchObject({
      ok: true,
      spec: { candidate: { image: 'myapp:v3' } },
      input: { candidate: { image: 'myapp:v3' } },
    });
    expect(await readSpecFile(write('none.yaml', head), { image: 'myapp:v3' })).toMatchObject({ ok: true });
  });

  it('may use anchors and merge keys', async () => {
    const watch = '  thresholds: &limits {p95: 200ms}\n';
    expect(await mistakes(`${good}soak:\n${watch}monitor:\n  thresholds: {<<: *limits, p99: 2s}\n`)).toEqual([]);
  });
});

describe('a mistake in a file', () => {
  it('has the line of its field, or of what is around it', async () => {
    const text = `${head}candidate:\n  image: 5\nsmoke:\n  checks:\n    - name: a\n      http: {path: x}\n    - name: b\nsoack: {}\n`;
    expect(await mistakes(text)).toEqual([
      'deploy.yaml:4: candidate.image: has to be text, not the number 5',
      'deploy.yaml:8: smoke.checks[0].http.path: must start with "/"',
      'deploy.yaml:9: smoke.checks[1]: give one of "http", "tcp" or "job"',
      'deploy.yaml:10: soack: is not a known field: did you mean soak?',
    ]);
  });

  it('of syntax has line and column', async () => {
    expect(await mistakes('app: api\nservice: "api\n')).toEqual([
      expect.stringMatching(/^deploy\.yaml:\d+:\d+: Missing closing "quote$/),
    ]);
    expect(await mistakes('app: api\napp: b\n')).toEqual(['deploy.yaml:2:1: Map keys must be unique']);
    expect(await mistakes('{"app": "api",\n"app": "b"}')).toEqual(['deploy.yaml:2:1: Map keys must be unique']);
    expect(await mistakes('{\n\t"app": "api",\n\t"app": "b"\n}')).toEqual(['deploy.yaml:3:2: Map keys must be unique']);
  });

  it.each([
    ['', 'deploy.yaml: is empty'],
    ['# only a comment\n', 'deploy.yaml: is empty'],
    [`${good}---\n${good}`, 'deploy.yaml:5: holds several documents: write one a file'],
    ['- a\n', 'deploy.yaml:1: a spec has to be an object, not a list'],
    ['just text', 'deploy.yaml:1: a spec has to be an object, not the text "just text"'],
  ])('%j is told', async (text, message) => {
    expect(await mistakes(text)).toEqual([message]);
  });

  it('is that the file is not there, no file, or no text', async () => {
    const reasons = await Promise.all(
      [join(folder, 'nowhere.yaml'), folder].map(async (file) => {
        const read = await readSpecFile(file);
        return read.ok ? [] : read.mistakes.map(({ message }) => message);
      }),
    );
    expect(reasons).toEqual([['does not exist'], ['is a folder']]);
    const binary = join(folder, 'binary.yaml');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00]));
    expect(await readSpecFile(binary)).toMatchObject({ mistakes: [{ message: 'is not text in UTF-8' }] });
  });
});

describe('a hostile file', () => {
  it('that is too large is not read to its end', async () => {
    expect(await mistakes(`${good}# ${'x'.repeat(1024 * 1024)}`)).toEqual(['deploy.yaml: is larger than 1 MiB']);
  });

  it('that multiplies itself through aliases is refused', async () => {
    const levels = Array.from({ length: 12 }, (_, n) =>
      n === 0 ? 'l0: &l0 [x, x, x]' : `l${n}: &l${n} [${Array.from({ length: 9 }, () => `*l${n - 1}`).join(', ')}]`,
    );
    expect(await mistakes(`${good}${levels.join('\n')}\n`)).toEqual([
      'deploy.yaml: repeats itself too often through its anchors and aliases',
    ]);
  });

  it.each([['['.repeat(20_000)], [`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`], ['{"a":'.repeat(20_000)]])(
    'that is nested without end is refused',
    async (text) => {
      const found = await mistakes(text);
      expect(found.length).toBeGreaterThan(0);
      expect(found.join('').length).toBeLessThan(5_000);
    },
  );
});

describe('candidate.manifestFile', () => {
  const deployment = 'kind: Deployment\nspec:\n  template: {}\n';

  it('is a path from where the spec is, and its content becomes the manifest', async () => {
    write('manifest.yaml', deployment);
    const file = write('first.yaml', `${head}candidate:\n  manifestFile: manifest.yaml\n  image: a:2\n`);
    expect(await readSpecFile(file)).toMatchObject({
      ok: true,
      spec: { candidate: { image: 'a:2', manifest: { kind: 'Deployment' } } },
      input: { candidate: { manifest: { kind: 'Deployment' } } },
    });
  });

  it('has its own mistakes at its own lines', async () => {
    write('pod.yaml', '# a comment\nkind: Pod\nspec: {template: {}}\n');
    expect(await mistakes(`${head}candidate: {manifestFile: pod.yaml}\n`)).toEqual([
      'pod.yaml:2: candidate.manifest.kind: has to be "Deployment", not the text "Pod"',
    ]);
    write('two.yaml', `${deployment}---\n${deployment}`);
    expect(await mistakes(`${head}candidate: {manifestFile: two.yaml}\n`)).toEqual([
      'two.yaml:4: holds several documents: write one a file',
    ]);
  });

  it.each([
    ['{manifestFile: nowhere.yaml}', 'nowhere.yaml does not exist'],
    ['{manifestFile: 5}', 'has to be text: a path from where this file is'],
    ['{manifestFile: manifest.yaml, manifest: {}}', 'give only one of "manifest" or "manifestFile"'],
  ])('%s is told', async (candidate, message) => {
    expect(await mistakes(`${head}candidate: ${candidate}\n`)).toEqual([
      `deploy.yaml:3: candidate.manifestFile: ${message}`,
    ]);
  });
});

describe('the examples', () => {
  const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
  const files = readdirSync(examples).filter((name) => name.startsWith('deploy') && name.endsWith('.yaml'));

  it('are three', () => {
    expect(files.sort()).toEqual(['deploy-first.yaml', 'deploy-full.yaml', 'deploy.yaml']);
  });

  it.each(files)('%s is valid', async (name) => {
    const read = await readSpecFile(join(examples, name));
    expect(read.ok ? '' : describeFileMistakes(read.mistakes)).toBe('');
  });

  it('deploy-full.yaml names every field', async () => {
    const read = await readSpecFile(join(examples, 'deploy-full.yaml'));
    if (!read.ok) throw new Error(describeFileMistakes(read.mistakes));
    const written = new Set(fieldsOf(read.input));
    expect(fieldsOf(read.spec).filter((field) => !written.has(field))).toEqual([]);
  });
});

/** The paths of all fields, but for those within lists. */
function fieldsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => [
    `${prefix}${name}`,
    ...fieldsOf(child, `${prefix}${name}.`),
  ]);
}

describe('mistakes', () => {
  it('are told in the order of their lines', async () => {
    const text = `app: 5\nsoak: {duraton: 1m}\nreplicas: 0\nservice: api\ncandidate: {image: 'a:1'}\n`;
    expect((await mistakes(text)).map((line) => line.split(' ', 1)[0])).toEqual([
      'deploy.yaml:1:',
      'deploy.yaml:2:',
      'deploy.yaml:3:',
    ]);
  });

  it('that are found later stand where their field does, unless it is a default or all of the spec', async () => {
    const file = await readSpecFile(write('later.yaml', `${good}soak:\n  thresholds: {p99: 2s}\n`));
    if (!file.ok) throw new Error('it is right');
    const paths = ['', 'soak.thresholds.p95', 'soak.thresholds.p99', 'candidate.patch', 'service'];
    const located = file.locate(paths.map((path) => ({ path, message: 'is wrong' })));
    expect(describeFileMistakes(located).replaceAll(`${folder}/`, '').split('\n')).toEqual([
      'later.yaml:2: service: is wrong',
      'later.yaml:3: candidate.patch: is wrong',
      'later.yaml:6: soak.thresholds.p99: is wrong',
      'later.yaml: is wrong',
      'later.yaml: soak.thresholds.p95: (the default) is wrong',
    ]);
  });
});

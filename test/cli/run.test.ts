import { describe, expect, it } from 'vitest';
import { SpecInvalid, tell } from '../../src/cli/errors.ts';
import { runCli } from '../../src/cli/run.ts';
import { fakeTerminal } from './fake-terminal.ts';

const spec = 'app: api\nservice: api-service\ncandidate: {image: "myapp:v2.0"}\n';

async function run(args: string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = fakeTerminal({ input, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const code = await runCli(args, terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

describe('the command line', () => {
  it.each([
    [[]],
    [['frob']],
    [['status']],
    [['deploy']],
    [['rollback', 'api']],
    [['reject', 'api']],
    [['deploy', '-f', '-', '--wait', 'soon']],
    [['list', '--past', 'many']],
    [['approve', 'a/b/c']],
  ])('%j ends with 2 and says why', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(stderr).not.toContain('    at ');
  });

  it('ends with 2 when a time is no duration', async () => {
    expect(await run(['deploy', '-f', '-', '--wait', 'promoted', '--timeout', 'soon'], spec)).toMatchObject({
      code: 2,
      stderr: '--timeout: "soon" is not a duration: write it as 500ms, 30s, 5m or 24h\n',
    });
  });

  it('helps, and tells its version', async () => {
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Exit codes: 0 done, 1 error');
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('tells programs about a wrong command, too', async () => {
    const { code, stdout } = await run(['frob', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { name: 'UsageError' } });
  });
});

describe('validate', () => {
  it('takes a good spec', async () => {
    expect(await run(['validate', '-f', '-'], spec)).toEqual({
      code: 0,
      stdout: 'standard input is valid: it deploys default/api behind api-service\n',
      stderr: '',
    });
  });

  it('reports every mistake of a bad one, and ends with 2', async () => {
    expect(await run(['validate', '-f', '-'], 'app: 5\nsoak: {duraton: 5m}\n')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'standard input:1: app: has to be text, not the number 5',
        'standard input:1: service: is required: The production Service, whose selector decides which slot is live',
        'standard input:1: candidate: is required: give either "image" or "manifest"',
        'standard input:2: soak.duraton: is not a known field: did you mean duration?',
        '',
      ].join('\n'),
    });
  });

  it('refuses what contradicts itself, and tells what was hardly meant', async () => {
    const few = `${spec}replicas: 2\ncutover: {minimumReady: 3}\n`;
    expect(await run(['validate', '-f', '-'], few)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^standard input:\d+: cutover\.minimumReady: is 3, but/) as string,
    });
    const doubtful = await run(['validate', '-f', '-'], `${spec}monitor: {duration: 1500ms}\n`);
    expect(doubtful).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nmonitor\.duration \(1500ms\) has room for 7 /) as string,
    });
  });

  it('answers programs with one document', async () => {
    const good = await run(['validate', '-f', '-', '--json'], spec);
    expect(JSON.parse(good.stdout)).toMatchObject({ valid: true, id: 'default/api', spec: { retention: '24h' } });
    const bad = await run(['validate', '-f', '-', '--json'], 'app: api\nservice: a\ncandidate: {}\n');
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      error: { name: 'SpecInvalid', mistakes: [{ path: 'candidate', line: 3, file: 'standard input' }] },
    });
  });
});

it('tells mistakes with what was found beside them', () => {
  const place = { file: 'a.yaml', line: 3, column: null };
  const beside = { document: { unchecked: ['the metrics'] }, lines: ['not tried out: the metrics'] };
  const told = tell(new SpecInvalid([{ ...place, path: 'app', message: 'is wrong' }], beside));
  expect(told.text).toBe('a.yaml:3: app: is wrong\nnot tried out: the metrics');
  expect(told.document).toMatchObject({ message: 'a.yaml:3: app: is wrong', unchecked: ['the metrics'] });
});

it('says in one line within ten seconds that Temporal cannot be reached', async () => {
  const startedAt = Date.now();
  const message =
    'cannot reach Temporal at 127.0.0.1:1 (from TEMPORAL_ADDRESS): nothing listens there (connection refused)';
  const { code, stdout, stderr } = await run(['status', 'api', '--json']);
  expect(code).toBe(1);
  expect(stderr).toBe(`${message}\n`);
  expect(JSON.parse(stdout)).toEqual({ error: { name: 'ConnectionFailed', message } });
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

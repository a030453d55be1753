/** Payloads that are encrypted: what Temporal keeps of a deployment, and who reads it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { at, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';
import { newKey, Sealed } from './sealed.ts';

const canary = 'canary-5d20e7';

let rig: ClusterRig;
let sealed: Sealed;
afterEach(async ({ task }) => {
  await sealed.stop();
  await rig.remove(task.name);
});

async function begin(keys: string | undefined): Promise<void> {
  rig = await ClusterRig.withSeed(1);
  sealed = new Sealed(rig);
  rig.given({ CUTOVER_PAYLOAD_KEYS: keys });
  await sealed.worker(keys);
}

/** From now on for the commands, and for a new worker. */
async function changeKeys(given: string | undefined): Promise<void> {
  rig.given({ CUTOVER_PAYLOAD_KEYS: given });
  await sealed.worker(given);
}

/** The canary is in the spec, in what the checks find out, and in why it fails. */
const telling = (text?: string): Partial<SpecInput> => ({
  ...unwatched,
  warmUp: { requests: [{ path: `/api/items?${canary}`, count: 2 }] },
  smoke: {
    checks: [{ name: canary, http: { path: '/api/items', ...(text === undefined ? {} : { expect: { text } }) } }],
  },
  soak: { duration: '0s' },
  approval: { required: true },
  drain: '0s',
});

const because = ['--by', 'ann', '--reason', `because of ${canary}`];

describe('a deployment whose payloads are encrypted', () => {
  it('is steered as any other, shows nothing to those without the key, and outlives a change of keys', async () => {
    const [first, second] = [newKey('k1'), newKey('k2')];
    await begin(first);
    const traffic = { requests: [{ path: `/api/items?${canary}` }] };
    const soak: SpecInput['soak'] = { duration: '4s', interval: '500ms', traffic, onInsufficientData: 'continue' };
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ ...telling(), soak }), ...because);
    const { kept, read } = await lookedAtUntilApproval();
    expect(kept).toContain('"heartbeatDetails"');
    expect(kept).not.toContain(canary);
    expect(read).toMatch(/"progress": \{\s*"/);
    expect((await rig.when(at('approval'))).reason).toContain(canary);
    await rig.cutoverEnds(0, 'approve', rig.id, ...because);
    await rig.when(at('retention'));
    expect((await rig.cutover('status', rig.id)).stdout).toContain('retention');
    expect(await listed()).toMatchObject({ phase: 'retention', summary: expect.stringContaining(rig.id) as string });

    const both = `${second},${first}`;
    await sealed.worker(both);
    rig.given({ CUTOVER_PAYLOAD_KEYS: both });
    await rig.cutoverEnds(0, 'finish', rig.id, ...because);
    const state = await rig.when(({ outcome }) => outcome !== 'running');
    expect(state).toMatchObject({ outcome: 'finished', failure: null });
    expect(state.evidence.smoke?.checks).toMatchObject([{ name: canary, passed: true }]);
    expect(state.decisions).toMatchObject([{ kind: 'approve' }, { kind: 'finish' }]);

    const raw = await sealed.raw();
    expect(raw).not.toContain(canary);
    for (const id of ['k1', 'k2'])
      expect(raw).toContain(`"encryption-key-id": "${Buffer.from(id).toString('base64')}"`);
    expect(await sealed.encodings()).toEqual(new Set(['binary/encrypted']));
    expect(await sealed.throughCodec(await sealed.codecServer(both))).toContain(canary);

    rig.given({ CUTOVER_PAYLOAD_KEYS: newKey('k3') });
    expect(await rig.cutover('status', rig.id)).toMatchObject({
      code: 1,
      stderr:
        'a payload is encrypted with the key "k2", which CUTOVER_PAYLOAD_KEYS does not have (it has "k3"): add it there, after the first\n',
    });
    rig.given({ CUTOVER_PAYLOAD_KEYS: undefined });
    expect((await rig.cutover('status', rig.id)).stderr).toContain('CUTOVER_PAYLOAD_KEYS is not set');
    expect(await listed()).toMatchObject({
      summary: expect.stringContaining('is encrypted with the key "k2"') as string,
    });
  });

  it('stands in nobody’s way once it has finished, and tells those without its key what they give up before', async () => {
    await begin(newKey('k1'));
    const quick = { ...telling(), approval: { required: false }, retention: '0s' };
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(quick), '--wait', 'finished');
    await changeKeys(undefined);
    const impossible = rig.spec({ ...quick, candidate: { image: 'myapp:v2.1', container: 'web' } });
    await rig.cutoverEnds(1, 'deploy', '-f', impossible, '--wait', 'finished');
    expect((await rig.cutover('status', rig.id)).stdout).toContain('candidate.container');

    await changeKeys(newKey('k2'));
    const lasting = rig.spec({ ...quick, retention: '10m' });
    await rig.cutoverEnds(0, 'deploy', '-f', lasting, '--wait', 'promoted');
    await changeKeys(undefined);
    const running = `a deployment of ${rig.id} runs and is in the way, and cannot be read: a payload is encrypted with the key "k2"`;
    for (const more of [[], ['--replace']])
      expect(await rig.cutover('deploy', '-f', lasting, ...more)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(running) as string,
      });
    rig.must('temporal', await rig.temporal('workflow', 'terminate', '--workflow-id', rig.id, '--reason', 'test'));
    expect((await rig.cutover('deploy', '-f', lasting)).stderr).toMatch(
      /fallback cannot be told: .*\(terminated\).*the key "k2".* give the key, or deploy with --replace, which gives up a fallback/,
    );
    await rig.cutoverEnds(0, 'deploy', '-f', lasting, '--replace', '--wait', 'promoted');
  });

  it('that fails says why to those with the key alone', async () => {
    await begin(newKey('k1'));
    const ended = rig.cutover(
      'deploy',
      '-f',
      rig.spec(telling(`no ${canary} in there`)),
      ...because,
      '--wait',
      'finished',
    );
    expect(await ended).toMatchObject({ code: 3 });
    expect((await rig.state()).failure?.message).toContain(canary);
    const refused = rig.cutover(
      'deploy',
      '-f',
      rig.spec({ ...telling(), service: canary }),
      ...because,
      '--wait',
      'finished',
    );
    expect(await refused).toMatchObject({ code: 1 });
    expect((await rig.state()).failure?.message).toContain(canary);
    expect(await sealed.raw()).not.toContain(canary);
    expect(await sealed.encodings()).toEqual(new Set(['binary/encrypted']));
  });

  it('may have begun before there were keys', async () => {
    await begin(undefined);
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(telling()));
    await rig.when(at('approval'));
    const key = newKey('k1');
    await sealed.worker(key);
    rig.given({ CUTOVER_PAYLOAD_KEYS: key });
    await rig.cutoverEnds(0, 'approve', rig.id, ...because);
    await rig.when(at('retention'));
    await rig.cutoverEnds(0, 'finish', rig.id, ...because);
    expect((await rig.when(({ outcome }) => outcome !== 'running')).outcome).toBe('finished');
    expect(await sealed.encodings()).toEqual(new Set(['json/plain', 'binary/encrypted']));
  });

  it('waits for a worker with the key, and is not harmed by one without', async () => {
    const key = newKey('k1');
    await begin(key);
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(telling()));
    await rig.when(at('approval'));
    await sealed.worker(newKey('k1'));
    const unanswered = await rig.cutover('status', rig.id);
    expect(unanswered).toMatchObject({
      code: 1,
      stderr: `the worker on task queue ${rig.namespace} cannot read ${rig.id}: see its log, and whether its CUTOVER_PAYLOAD_KEYS has the keys that are given here\n`,
    });
    await sealed.worker(undefined);
    expect((await rig.cutover('status', rig.id)).stderr).toContain(
      `cannot read ${rig.id}: a payload is encrypted with the key "k1", and CUTOVER_PAYLOAD_KEYS is not set`,
    );
    await sealed.worker(key);
    await rig.cutoverEnds(0, 'approve', rig.id, ...because);
    await rig.when(at('retention'));
  });
});

/** What Temporal keeps of the deployment until it waits for approval, and what those with the key read of it. */
async function lookedAtUntilApproval(): Promise<{ kept: string; read: string }> {
  const seen = { kept: '', read: '' };
  const over = rig.when(at('approval'));
  const end = new AbortController();
  void over.finally(() => end.abort());
  while (!end.signal.aborted) {
    const [kept, { stdout }] = await Promise.all([sealed.raw(), rig.cutover('status', rig.id, '--json')]);
    seen.kept += kept;
    seen.read += stdout;
  }
  await over;
  return seen;
}

async function listed(): Promise<unknown> {
  const { stdout } = await rig.cutover('list', '--json');
  const { deployments } = JSON.parse(stdout) as { deployments: { id: string }[] };
  return deployments.find(({ id }) => id === rig.id);
}

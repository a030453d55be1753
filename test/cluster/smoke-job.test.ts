/** Smoke checks that are Kubernetes Jobs. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { at, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Prints the version that answers at CUTOVER_CANDIDATE_URL; names of Services lead through the sandbox's proxy. */
const askCandidate = `
  const { request, get } = require('node:http');
  const { PROXY, CUTOVER_CANDIDATE_HOST, CUTOVER_CANDIDATE_PORT } = process.env;
  const path = CUTOVER_CANDIDATE_HOST + ':' + CUTOVER_CANDIDATE_PORT;
  request(PROXY, { method: 'CONNECT', path }).on('connect', (_, socket) => {
    const options = { createConnection: () => socket, path: '/api/items' };
    get(options, (answer) => { console.log(answer.headers['x-version']); socket.destroy(); });
  }).end();
`;

const smoke = (command: string[], env: { name: string; value: string }[] = []) => ({
  smoke: {
    checks: [{ name: 'journey', job: { podSpec: { containers: [{ name: 'it', image: 'node:20', command, env }] } } }],
  },
});

describe('a smoke check that is a Job', () => {
  it('reaches the candidate by the address that it is told, and its log is kept', async () => {
    rig = await ClusterRig.withSeed(2);
    const proxy = { name: 'PROXY', value: inject('sandbox').clusterProxy };
    const spec = rig.spec({ ...unwatched, soak: { duration: '0s' }, ...smoke(['node', '-e', askCandidate], [proxy]) });
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
    const { evidence } = await rig.state();
    expect(evidence.smoke?.checks).toMatchObject([{ name: 'journey', passed: true, log: 'v2.0' }]);
    expect(await rig.kubectl('get', 'jobs', '-o', 'name')).toBe('');
  });

  it('has the label by which a teardown finds it, and goes with the deployment', async () => {
    rig = await ClusterRig.withSeed(1);
    await rig.cutover('deploy', '-f', rig.spec({ ...unwatched, ...smoke(['sleep', '60']) }));
    const { runId } = await rig.when(at('smoke'));
    const jobs = () => rig.kubectl('get', 'jobs', '-l', `cutover.dev/deployment=${runId}`, '-o', 'name');
    await expect.poll(jobs, { timeout: 30_000 }).toContain('api-smoke');
    expect(await rig.cutover('rollback', rig.id, '--reason', 'drill')).toMatchObject({ code: 0 });
    await rig.when((state) => state.outcome === 'rolled-back');
    expect(await rig.kubectl('get', 'jobs', '-o', 'name')).toBe('');
  });

  it('that fails ends the deployment, with its exit code and its log', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ ...unwatched, ...smoke(['sh', '-c', 'echo no coupon was accepted; exit 3']) });
    await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'finished');
    const { evidence, failure } = await rig.state();
    expect(failure).toMatchObject({ name: 'SmokeFailed', message: expect.stringContaining('exit code 3') as string });
    expect(evidence.smoke?.checks).toMatchObject([{ passed: false, log: 'no coupon was accepted' }]);
  });
});

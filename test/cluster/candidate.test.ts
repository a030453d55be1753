/** Candidates that are not good enough: how each is found out, through the CLI, with load on the Service. */
import { afterEach, describe, expect, it } from 'vitest';
import { expectNothingDropped, image } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

describe('a candidate that is not good enough', () => {
  it.each([
    ['whose image cannot be pulled', 'unknown:v1', 'deploy', 'ImagePullBackOff'],
    ['that never becomes ready', 'myapp:v2.0-unready', 'smoke', 'health'],
    ['that crashes', 'myapp:v2.0-crash', 'deploy', 'CrashLoopBackOff'],
    ['whose critical endpoint is wrong', 'myapp:v2.0-failing-smoke', 'smoke', 'items'],
    ['that is slow', 'myapp:v2.0-slow', 'soak', 'p95'],
    ['that gives errors', 'myapp:v2.0-errors', 'soak', 'error rate'],
  ] as const)('%s is removed, says why, and never had traffic', async (_what, candidate, step, reason) => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    const spec = rig.spec({
      candidate: { image: candidate },
      // For its whole time a candidate that cannot get ready is waited for.
      ...(step === 'deploy' ? { timeouts: { deploy: '8s' } } : {}),
      warmUp: { requests: [] },
      // What is wrong is found without them, too; logs.test.ts has those who are found by their logs.
      logs: 'none',
    });
    const result = await rig.cutover('deploy', '-f', spec, '--wait', 'finished', '--json');
    expect(result.code).toBe(3);
    const state = await rig.state();
    expect(state.outcome).toBe('rolled-back');
    expect(state.steps.find(({ name }) => name === step)?.status).toBe('failed');
    expect(state.failure?.message).toContain(reason);
    expect(state.switches).toEqual([]);
    expect(await rig.liveSlot()).toBe('blue');
    expect(await rig.kubectl('get', 'deployments', '-o', 'name')).toBe('deployment.apps/api-blue\n');
    const report = await load.stop();
    expectNothingDropped(report);
    expect(Object.keys(report.byVersion)).toEqual(['v1.0']);
  });

  it('whose errors appear only under production traffic is rolled back by the monitor', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load(100);
    const spec = rig.spec({ ...image('v3.0'), monitor: { duration: '20s', interval: '500ms' } });
    await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'finished');
    const state = await rig.state();
    expect(state.failure?.name).toBe('MonitorFailed');
    expect(state.switches).toMatchObject([{ kind: 'cutover' }, { kind: 'rollback', by: 'automatic', to: 'blue' }]);
    expect(await rig.liveSlot()).toBe('blue');
    const report = await load.stop();
    expect(report.requestsFailed).toBe(0);
    expect(report.injectedErrors).toBeGreaterThan(0);
  });
});

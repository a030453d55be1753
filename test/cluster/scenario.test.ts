/** The scenario of the pattern, through the CLI, with load on the Service. */
import { afterEach, describe, expect, it } from 'vitest';
import { at, expectNothingDropped } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

describe('the scenario of the pattern: ten pods each', () => {
  it('goes to v2 with approval, back by hand, forward again, and tears the old slot down, with nothing dropped', async () => {
    rig = await ClusterRig.withSeed(10);
    const load = await rig.load(100);
    const spec = rig.spec({ approval: { required: true, timeout: '2m' }, timeouts: { deploy: '90s' } });
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--by', 'ci', '--reason', 'build 7');
    await rig.when(at('approval'), 110_000);
    expect(await rig.liveSlot()).toBe('blue');
    await rig.cutoverEnds(0, 'approve', rig.id, '--by', 'ann', '--reason', 'quiet');
    const promoted = await rig.when(at('retention'));
    expect(await rig.liveSlot()).toBe('green');
    expect(promoted.candidate).toMatchObject({ readyPods: 10, desiredPods: 10 });
    expect(promoted.switches).toMatchObject([
      { kind: 'cutover', from: 'blue', to: 'green', by: 'ci', approvedBy: 'ann', reason: 'build 7' },
    ]);
    expect(promoted.switches[0]?.fromImageDigests).not.toEqual(promoted.switches[0]?.toImageDigests);

    await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'drill');
    expect(await rig.liveSlot()).toBe('blue');
    const back = await rig.when((state) => state.outcome !== 'running');
    expect(back.outcome).toBe('rolled-back');

    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(), '--wait', 'promoted');
    await rig.cutoverEnds(0, 'finish', rig.id);
    const end = await rig.when((state) => state.outcome !== 'running');
    expect(end.outcome).toBe('finished');
    expect(await rig.kubectl('get', 'deployments', '-o', 'name')).toBe('deployment.apps/api-green\n');
    const report = await load.stop();
    expectNothingDropped(report);
    expect(Object.keys(report.byVersion).sort()).toEqual(['v1.0', 'v2.0']);
  }, 180_000);
});

/** A deployment whose workflow was ended from outside: nothing is undone by itself, and everything can be gone on from. */
import { afterEach, describe, expect, it } from 'vitest';
import { at, expectNothingDropped, image, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

const terminate = async (): Promise<void> => {
  rig.must('temporal', await rig.temporal('workflow', 'terminate', '--workflow-id', rig.id, '--reason', 'test'));
};

describe('a deployment that was terminated after its cutover', () => {
  it('is rolled back by `cutover rollback`, with its record kept, and the next one takes the slot', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(), '--wait', 'promoted');
    await terminate();
    const ended = await rig.state();
    expect(ended).toMatchObject({ outcome: 'terminated', phase: 'retention', switches: [{ kind: 'cutover' }] });

    const refused = await rig.cutover('deploy', '-f', rig.spec(image('v2.1')));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`cutover rollback ${rig.id}`);
    expect(await rig.liveSlot()).toBe('green');

    // One that preflight refuses has changed nothing: what was there before it can still be switched back.
    const impossible = rig.spec({ candidate: { image: 'myapp:v2.1', container: 'web' } });
    await rig.cutoverEnds(1, 'deploy', '-f', impossible, '--replace', '--wait', 'promoted');
    expect((await rig.state()).outcome).toBe('refused');
    expect((await rig.cutover('deploy', '-f', rig.spec(image('v2.1')))).stderr).toContain(`cutover rollback ${rig.id}`);
    expect((await rig.cutover('status', rig.id)).stdout).toContain(`cutover rollback ${rig.id}`);

    await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'checkout is slow');
    expect(await rig.liveSlot()).toBe('blue');
    const back = await rig.when(({ outcome }) => outcome !== 'running');
    expect(back).toMatchObject({
      outcome: 'rolled-back',
      switches: [{ kind: 'rollback', from: 'green', to: 'blue', by: 'tester', reason: 'checkout is slow' }],
      decisions: [{ kind: 'rollback', by: 'tester', via: 'start' }],
    });
    expect(back.runId).not.toBe(ended.runId);

    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(image('v2.1')), '--wait', 'promoted');
    expect(await rig.liveSlot()).toBe('green');
    expectNothingDropped(await load.stop());
  });

  it('makes way for the next one where that is told to take the fallback’s slot', async () => {
    rig = await ClusterRig.withSeed(1);
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(unwatched), '--wait', 'promoted');
    await terminate();
    await rig.cutoverEnds(
      0,
      'deploy',
      '-f',
      rig.spec({ ...image('v2.1'), ...unwatched }),
      '--replace',
      '--wait',
      'promoted',
    );
    expect(await rig.liveSlot()).toBe('blue');
    expect((await rig.state()).candidate?.images).toEqual(['myapp:v2.1']);
  });
});

describe('a deployment that was terminated before its cutover', () => {
  it('leaves production where it is, and the next one replaces its candidate', async () => {
    rig = await ClusterRig.withSeed(1);
    await rig.cutover('deploy', '-f', rig.spec({ approval: { required: true } }));
    await rig.when(at('approval'));
    await terminate();
    await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'to be sure');
    expect(await rig.liveSlot()).toBe('blue');
    expect((await rig.state()).switches).toEqual([]);
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ ...image('v2.1'), ...unwatched }), '--wait', 'promoted');
    expect((await rig.state()).candidate?.images).toEqual(['myapp:v2.1']);
  });
});

describe('a deployment that is cancelled in the Temporal UI', () => {
  it.each([
    ['before its cutover', 'approval', { approval: { required: true } }],
    ['in its retention', 'retention', unwatched],
  ] as const)('%s rolls back', async (_what, phase, changes) => {
    rig = await ClusterRig.withSeed(1);
    await rig.cutover('deploy', '-f', rig.spec(changes));
    await rig.when(at(phase));
    rig.must('temporal', await rig.temporal('workflow', 'cancel', '--workflow-id', rig.id));
    const state = await rig.when(({ outcome }) => outcome !== 'running');
    expect(state.outcome).toBe('rolled-back');
    expect(state.decisions.at(-1)).toMatchObject({ kind: 'cancel', via: 'cancel' });
    expect(await rig.liveSlot()).toBe('blue');
  });
});

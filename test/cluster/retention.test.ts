/** What becomes of the old slot. */
import { afterEach, describe, expect, it } from 'vitest';
import { expectNothingDropped, image, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

describe('retention', () => {
  it('is superseded by the next deployment, which takes over the slot', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutover('deploy', '-f', rig.spec(), '--wait', 'promoted');
    const first = await rig.state();
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(image('v2.1')), '--wait', 'promoted');
    const second = await rig.state();
    expect(second.runId).not.toBe(first.runId);
    expect(second.candidate).toMatchObject({ slot: 'blue', images: ['myapp:v2.1'] });
    expect(await rig.liveSlot()).toBe('blue');
    expectNothingDropped(await load.stop());
  });

  it('outlives a next deployment that is refused: the fallback can still be rolled back to', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.cutover('deploy', '-f', rig.spec(unwatched), '--wait', 'promoted');
    const misspelt = await rig.cutover('deploy', '-f', rig.spec({ ...image('v2.1'), service: 'nope' }));
    expect(misspelt).toMatchObject({ code: 1 });
    expect(misspelt.stderr).toContain(`nothing was started: ${rig.id} stays as it is: there is no Service "nope"`);
    expect(misspelt.stdout).not.toContain('superseded');
    expect((await rig.state()).phase).toBe('retention');
    await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'drill');
    expect(await rig.liveSlot()).toBe('blue');
  });

  it('keeps the old slot at full size, and scales it to zero where the spec says so', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.cutover(
      'deploy',
      '-f',
      rig.spec({ ...unwatched, retention: '2s', teardown: 'scale-to-zero', drain: '0s' }),
      '--wait',
      'finished',
    );
    expect((await rig.state()).outcome).toBe('finished');
    expect(await rig.kubectl('get', 'deployment', 'api-blue', '-o', 'jsonpath={.spec.replicas}')).toBe('0');
  });
});

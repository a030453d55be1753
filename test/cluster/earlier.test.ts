/** What `cutover status` tells of deployments that are not the latest. */
import { afterEach, expect, it } from 'vitest';
import type { DeploymentState } from '../../src/domain/state.ts';
import { image, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

it('an earlier deployment is shown by its run id, and after a refused one what it left', async () => {
  rig = await ClusterRig.withSeed(1);
  const quick = { ...unwatched, soak: { duration: '0s' }, retention: '0s' };
  await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(quick), '--wait', 'finished');
  const { runId } = await rig.state();
  const bad = rig.spec({ ...quick, ...image('v2.1'), service: 'no-such-service' });
  for (const _ of ['first', 'second']) await rig.cutoverEnds(1, 'deploy', '-f', bad, '--wait', 'finished');

  // Temporal's list lags behind by a moment.
  const shown = await expect
    .poll(async () => (await rig.cutover('status', rig.id)).stdout, { timeout: 20_000, interval: 500 })
    .toContain(`--run ${runId}`)
    .then(async () => (await rig.cutover('status', rig.id)).stdout);
  expect(shown).toContain('no-such-service');
  expect(shown).toContain(`${rig.id} → myapp:v2.1, asked for by tester`);
  expect(shown).toMatch(/live +api-service ──▶ \[green\] myapp:v2\.0/);
  const json = JSON.parse((await rig.cutover('status', rig.id, '--json')).stdout) as { previous?: DeploymentState };
  expect(json.previous).toMatchObject({ runId, outcome: 'finished' });

  const earlier = await rig.cutover('status', rig.id, '--run', runId);
  expect(earlier).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('finished: the candidate serves') as string,
  });
  expect((await rig.cutover('status', rig.id, '--run', runId, '--watch')).code).toBe(0);
  const unknown = await rig.cutover('status', rig.id, '--run', '00000000-0000-4000-8000-000000000000');
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toContain(`${rig.id} has no deployment with the run id 00000000`);
});

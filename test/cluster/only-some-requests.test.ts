/** A verdict by the requests of some paths alone, of real pods. */
import { afterEach, expect, it } from 'vitest';
import { ClusterRig, quickSpec } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

it('counts the requests of the paths that metrics.only names', async () => {
  rig = await ClusterRig.withSeed(1);
  // Every second request of the soak is for a path that does not count.
  const requests = [{ path: '/api/items' }, { path: '/' }];
  const traffic = { requestsPerSecond: 20, requests };
  const spec = rig.spec({
    metrics: { only: { label: 'path', pattern: '/api/.*' } },
    warmUp: { requests: [] },
    soak: { ...quickSpec.soak, duration: '8s', traffic },
    monitor: { ...quickSpec.monitor, duration: '0s' },
  });
  await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
  const { soak } = (await rig.state()).evidence;
  const sent = soak?.comparison?.metrics.find(({ metric }) => metric === 'error-rate')?.candidate.requests ?? 0;
  expect(sent).toBeGreaterThan(40);
  const counted = soak?.candidate.requests ?? 0;
  expect(counted).toBeGreaterThan(0.3 * sent);
  expect(counted).toBeLessThan(0.7 * sent);
});

import { beforeEach, expect, it } from 'vitest';
import type { RollbackInput } from '../../src/activities/contract.ts';
import { stableReady } from '../../src/activities/stable-ready.ts';
import type { ProductionService } from '../../src/kubernetes/production.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

let rig: SlotsRig;
let attempt: RigAttempt;
beforeEach(async () => {
  rig = await SlotsRig.of({ blue: { version: 'v1.0', pods: 2 }, green: { version: 'v2.0', pods: 2 } });
  attempt = new RigAttempt();
  for (const pod of rig.pods) pod.readySince = agoMs(500);
});

const agoMs = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** With one of its two pods as the minimum. */
function isReady(): Promise<boolean> {
  const input = {
    ...rig.target({ rollback: { minimumReady: 1 } }),
    by: 'ann',
    reason: 'drill',
    requestedAt: agoMs(0),
    fence: 1,
    mayHaveSwitched: true,
  } as RollbackInput;
  return stableReady(rig.dependencies, {} as ProductionService, 'blue', { input, attempt, restored: [] });
}

it('takes the traffic where each pod that counts as ready listens', async () => {
  expect(await isReady()).toBe(true);
});

it('does not yet where one that has only just begun does not, though the minimum does', async () => {
  rig.close('api-blue-1');
  expect(await isReady()).toBe(false);
  expect(attempt.reports.at(-1)?.progress.summary).toBe(
    'production stays on api-green (candidate), which serves, until api-blue (stable) listens: 1 of its 2 ready pods do not yet',
  );
});

it('takes it where the minimum listens, and the other has had the time to begin', async () => {
  rig.close('api-blue-1');
  for (const pod of rig.pods) pod.readySince = agoMs(11_000);
  expect(await isReady()).toBe(true);
});

it('takes it at once where nobody is served otherwise', async () => {
  rig.close('api-blue-1');
  for (const pod of rig.pods) pod.ready = pod.slot === 'blue';
  expect(await isReady()).toBe(true);
});

/** Monitor: the candidate under users' traffic, right after the cutover. */
import { readBaseline } from '../evidence/baseline.ts';
import { readStableErrors } from '../evidence/logs/stable-errors.ts';
import type { Step } from './attempt.ts';
import { beforeWatch } from './before-watch.ts';
import type { Dependencies } from './dependencies.ts';
import { assertProduction } from './in-place.ts';
import { prepareWatch, unwatched, watchSlots } from './watch-slots.ts';

export function createMonitor(dependencies: Dependencies): Step<'monitor'> {
  return async (target, attempt) => {
    const run = { step: 'monitor', target, spec: target.spec.monitor, attempt } as const;
    const before = await beforeWatch('monitor', run, () => prepareWatch(dependencies, target));
    if (!before.ok) return unwatched(run, before.why);
    const inPlace = (): Promise<void> =>
      assertProduction(dependencies.cluster, target, target.candidateSlot, 'monitor');
    const baseline = readBaseline(target.baseline);
    const stableUsage = target.stableUsage ?? null;
    const stableErrors = readStableErrors(target.stableErrors);
    const watching = { ...run, ...before.read, inPlace, baseline, stableUsage, stableErrors, records: null };
    const { evidence } = await watchSlots(dependencies, watching);
    return evidence;
  };
}

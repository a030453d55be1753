/** Monitor: the candidate under users' traffic, right after the cutover. */
import type { Step } from './attempt.ts';
import type { Dependencies } from './dependencies.ts';
import { assertProduction } from './in-place.ts';
import { prepareWatch, watchSlots } from './watch-slots.ts';

export function createMonitor(dependencies: Dependencies): Step<'monitor'> {
  return async (target, attempt) => {
    const prepared = await prepareWatch(dependencies, target);
    return watchSlots(dependencies, {
      step: 'monitor',
      target,
      spec: target.spec.monitor,
      attempt,
      ...prepared,
      inPlace: () => assertProduction(dependencies.cluster, target, target.candidateSlot, 'monitor'),
    });
  };
}

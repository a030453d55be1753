/** Monitor: the candidate under users' traffic, right after the cutover. */
import type { Step } from './attempt.ts';
import type { Dependencies } from './index.ts';
import { watchSlots } from './watch-slots.ts';

export function createMonitor(dependencies: Dependencies): Step<'monitor'> {
  return (target, attempt) =>
    watchSlots(dependencies, { step: 'monitor', target, watch: target.spec.monitor, attempt });
}

/** How often the slots are looked at in a watch. Pure. */
import { toMilliseconds } from './duration.ts';
import type { WatchSpec } from './spec.ts';

/** Whatever the spec says: each look asks every pod. */
export const shortestIntervalMs = 200;
/** Fewer do not show whether events come in bursts, so a comparison decides nothing by them. */
export const looksNeeded = 8;
/** Some more than are needed. */
const looksAtLeast = 10;

/** The time between two looks, in milliseconds. A comparison needs some looks, however short the watch is. */
export function intervalOf({ interval, duration }: Pick<WatchSpec, 'interval' | 'duration'>): number {
  const most = toMilliseconds(duration) / looksAtLeast;
  return Math.max(shortestIntervalMs, Math.min(toMilliseconds(interval), most));
}

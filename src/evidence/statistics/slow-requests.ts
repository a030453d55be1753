/**
 * Requests slower than stable's own quantile, from histograms. Pure.
 *
 * A threshold comes from what stable had shown before the look that it is applied to, and so it does not depend on that
 * look: whatever the threshold, the counts above it in both arms can be compared. It is a bound of the histogram, as only there
 * is known how many requests were slower.
 */
import { numberOf } from '../../domain/number-of.ts';
import { observations, type Buckets } from '../histogram.ts';
import type { Counts } from './counts.ts';

/** Observations of stable that a threshold needs. */
const observationsNeeded = 50;
/** So many times 1 - q may be slower than the bound. */
const mostTimesShare = 3;

/** The latency that stable has shown so far. JSON. */
export type Seen = Buckets;

/**
 * The bound whose share of slower requests is the nearest to 1 - q, by the ratio of the two, and the lowest of those that are
 * as near; none that many more are slower than, as it would tell ordinary requests from each other, unless there is no other.
 * null where stable has shown too little, or has no bounds. That none was slower than a bound does not say that none will
 * be: shares are those of half a request more, and one more in all (Anscombe 1948).
 */
export function slowFrom(stable: Seen, q: number): string | null {
  const all = observations(stable);
  if (all < observationsNeeded) return null;
  const share = (bound: string): number => (all - (stable[bound] ?? 0) + 0.5) / (all + 1);
  const distance = (bound: string): number => Math.abs(Math.log(share(bound) / (1 - q)));
  const bounds = Object.keys(stable)
    .filter((bound) => Number.isFinite(Number(bound)))
    .sort((a, b) => Number(a) - Number(b));
  const slow = bounds.filter((bound) => share(bound) <= mostTimesShare * (1 - q));
  return slow.length > 0 ? leastBy(slow, distance) : (bounds.at(-1) ?? null);
}

/** Why there is no such bound, in a sentence without an end. */
export function whyNotSlow(stable: Seen): string {
  const all = observations(stable);
  if (all >= observationsNeeded) return "stable's histogram has no buckets";
  return `stable's latency is known of ${numberOf(all, 'request')}, fewer than the ${observationsNeeded} that tell what is slow`;
}

/** The requests of a look, and how many of them were slower than the bound; null where the histogram does not have it. */
export function slowerThan(look: Buckets, bound: string): Counts | null {
  const within = look[bound];
  if (within === undefined) return Object.keys(look).length === 0 ? { requests: 0, events: 0 } : null;
  const requests = observations(look);
  return { requests, events: requests - within };
}

/** The lowest bound that is no lower than `seconds`: what is slower than it is slower than that. */
export function boundAbove(look: Buckets, seconds: number): string | null {
  const above = Object.keys(look).filter((bound) => Number(bound) >= seconds && Number.isFinite(Number(bound)));
  return leastBy(above, Number);
}

function leastBy(bounds: readonly string[], valueOf: (bound: string) => number): string | null {
  const [first, ...rest] = bounds;
  if (first === undefined) return null;
  return rest.reduce((least, bound) => (valueOf(bound) < valueOf(least) ? bound : least), first);
}

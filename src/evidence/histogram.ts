/** Classic histograms of Prometheus: cumulative counts by upper bound. Pure. */

/** Cumulative counts by upper bound; the key is the bound as a number in text, `Infinity` for the last. */
export type Buckets = Readonly<Record<string, number>>;

/**
 * The sum of two histograms, at the bounds that both have: at any other, one of the two would be missing. One that is
 * empty has observed nothing yet.
 */
export function addBuckets(a: Buckets, b: Buckets): Buckets {
  if (Object.keys(a).length === 0) return b;
  if (Object.keys(b).length === 0) return a;
  const common = Object.entries(a).filter(([bound]) => Object.hasOwn(b, bound));
  return Object.fromEntries(common.map(([bound, count]) => [bound, count + (b[bound] ?? 0)]));
}

/**
 * What `a` has observed beyond `b`, an earlier state of the same histogram, at the bounds that both have; never less than
 * nothing. One that is empty had observed nothing yet.
 */
export function subtractBuckets(a: Buckets, b: Buckets): Buckets {
  if (Object.keys(b).length === 0) return a;
  const common = Object.entries(a).filter(([bound]) => Object.hasOwn(b, bound));
  return Object.fromEntries(common.map(([bound, count]) => [bound, Math.max(0, count - (b[bound] ?? 0))]));
}

/** A counter beyond this could not count one more; and no sum of such ones is endless. */
export function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** How many observations there are. */
export function observations(buckets: Buckets): number {
  return Object.values(buckets).reduce((most, count) => Math.max(most, count), 0);
}

export interface Quantile {
  /** In the unit of the bounds. */
  readonly value: number;
  /** The quantile lies in the last bucket, which has no end: all that is known is that it is no less than `value`. */
  readonly isAtLeast: boolean;
}

/**
 * The quantile as Prometheus' histogram_quantile has it: linear within the bucket that holds it; the highest finite bound
 * when that is the last one; from 0 in the first. null without observations, or without finite bounds or a last bucket.
 * https://github.com/prometheus/prometheus/blob/v3.5.0/promql/quantile.go (BucketQuantile, ensureMonotonicAndIgnoreSmallDeltas)
 */
export function quantile(buckets: Buckets, q: number): Quantile | null {
  const sorted = monotonic(buckets);
  const last = sorted.at(-1);
  if (last?.bound !== Number.POSITIVE_INFINITY || sorted.length < 2 || !(last.count > 0)) return null;
  const rank = q * last.count;
  const index = sorted.findIndex(({ count }) => count >= rank);
  const below = sorted[index - 1] ?? { bound: 0, count: 0 };
  const found = sorted[index] ?? last;
  if (found === last) return { value: below.bound, isAtLeast: true };
  if (index === 0 && found.bound <= 0) return { value: found.bound, isAtLeast: false };
  const share = (rank - below.count) / (found.count - below.count);
  return { value: below.bound + (found.bound - below.bound) * (Number.isNaN(share) ? 0 : share), isAtLeast: false };
}

interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** In the order of the bounds. Pods are not asked at one moment, so a count may lag behind the one before it. */
function monotonic(buckets: Buckets): Bucket[] {
  let most = 0;
  return Object.entries(buckets)
    .map(([bound, count]) => ({ bound: Number(bound), count }))
    .sort((a, b) => a.bound - b.bound)
    .map(({ bound, count }) => {
      most = Math.max(most, count);
      return { bound, count: most };
    });
}

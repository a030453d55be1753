/** Classic histograms of Prometheus: cumulative counts by upper bound. Pure. */

/** Cumulative counts by upper bound; the key is the bound as a number in text, `Infinity` for the last. */
export type Buckets = Readonly<Record<string, number>>;

/** The sum of two histograms. A bound that only one of them has is kept: the sum is then right at the bounds of both. */
export function addBuckets(a: Buckets, b: Buckets): Buckets {
  const sum: Record<string, number> = { ...a };
  for (const [bound, count] of Object.entries(b)) sum[bound] = (sum[bound] ?? 0) + count;
  return sum;
}

/**
 * The quantile as Prometheus' histogram_quantile has it: linear within the bucket that holds it; in the last bucket, the
 * highest finite bound; in the first, from 0. In the unit of the bounds; null without observations.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantile(buckets: Buckets, q: number): number | null {
  const bounds = Object.entries(buckets)
    .map(([bound, count]) => ({ bound: Number(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  const total = bounds.at(-1)?.count ?? 0;
  if (!(total > 0)) return null;
  const rank = q * total;
  const index = bounds.findIndex(({ count }) => count >= rank);
  const found = bounds[index];
  if (found === undefined) return null;
  const below = bounds[index - 1] ?? { bound: 0, count: 0 };
  if (!Number.isFinite(found.bound)) return index === 0 ? null : below.bound;
  if (index === 0 && found.bound <= 0) return found.bound;
  const inside = found.count - below.count;
  return inside === 0 ? found.bound : below.bound + (found.bound - below.bound) * ((rank - below.count) / inside);
}

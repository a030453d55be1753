/**
 * Whether the candidate is slower by so much that it matters. Pure.
 *
 * Where all answers take about as long, a millisecond more makes most of them slower than stable's P99: that is certain, and
 * nothing that anybody would roll back for.
 */
import { quantile, type Buckets } from './histogram.ts';

/** Slower by less than this share of stable's own quantile is not slower, either. */
const leastShare = 0.1;

/**
 * What the two quantiles are, in words, where the difference is none that matters; null where it may matter, or is not known.
 */
export function immaterial(
  q: 0.95 | 0.99,
  { candidate, stable }: { readonly candidate: Buckets; readonly stable: Buckets },
  minimumSlowdownMs: number,
): string | null {
  const [ours, theirs] = [quantile(candidate, q), quantile(stable, q)];
  if (ours === null || theirs === null || ours.isAtLeast) return null;
  const slowdown = ours.value - theirs.value;
  if (slowdown >= Math.max(minimumSlowdownMs / 1_000, theirs.value * leastShare)) return null;
  const name = `P${q * 100}`;
  return `${name} ${inMs(ours.value)} is not so much above stable's ${inMs(theirs.value)} that it matters`;
}

function inMs(seconds: number): string {
  return `${Number((seconds * 1_000).toPrecision(3))} ms`;
}

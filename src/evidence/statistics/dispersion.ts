/**
 * Whether the events of an arm come in bursts. Pure.
 *
 * For counts of independent events, a of m requests and b of n, the expectation of (a·n - b·m)² / (m·n) is a + b. The ratio of
 * the sums of both is the index of dispersion (Cox and Lewis 1966, chapter 7), by differences (von Neumann 1941), so that
 * a share that rises in the middle of the watch, or follows the time of day, is no burst. A burst may lie in two neighbouring
 * looks, so single looks are compared with those two before, and pairs of neighbours with those three before.
 */
import { addCounts, noCounts, type Counts } from './counts.ts';

interface Sums {
  readonly squares: number;
  readonly events: number;
}

/** JSON. */
export interface Dispersion {
  /** That had requests. */
  readonly looks: number;
  /** The last looks, newest first. */
  readonly last: readonly Counts[];
  readonly single: Sums;
  readonly pairs: Sums;
}

const noSums: Sums = { squares: 0, events: 0 };
const looksKept = 4;

export const newDispersion: Dispersion = { looks: 0, last: [], single: noSums, pairs: noSums };

/** A look without requests tells nothing, and is none: a Prometheus server scrapes less often than is looked. */
export function afterLook(before: Dispersion, now: Counts): Dispersion {
  if (now.requests === 0) return before;
  const { looks, last, single, pairs } = before;
  const [first = noCounts, second = noCounts, third = noCounts, fourth = noCounts] = last;
  return {
    looks: looks + 1,
    last: [now, ...last].slice(0, looksKept),
    single: looks < 2 ? single : compared(single, second, now),
    pairs: looks < looksKept ? pairs : compared(pairs, addCounts(third, fourth), addCounts(first, now)),
  };
}

function compared({ squares, events }: Sums, a: Counts, b: Counts): Sums {
  const product = a.requests * b.requests;
  if (product === 0) return { squares, events };
  const difference = a.events * b.requests - b.events * a.requests;
  return { squares: squares + difference ** 2 / product, events: events + a.events + b.events };
}

/** The index of all arms together, each by its events: 1 where they are independent, or too few to tell. */
export function dispersionOf(arms: readonly Dispersion[]): number {
  return Math.max(ratio(arms.map(({ single }) => single)), ratio(arms.map(({ pairs }) => pairs)));
}

function ratio(sums: readonly Sums[]): number {
  const events = sums.reduce((sum, one) => sum + one.events, 0);
  return events === 0 ? 1 : sums.reduce((sum, one) => sum + one.squares, 0) / events;
}

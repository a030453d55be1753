/**
 * A group-sequential boundary for a count, exact: at each look the smallest count that the null hypothesis reaches, for the first
 * time, with no more probability than may be spent by then. Pure.
 *
 * The distribution under the null of the counts that have not reached a boundary is carried from look to look (Armitage,
 * McPherson and Rowe 1969), here by sums, not integrals, as counts are whole: Jennison and Turnbull 2000, chapters 7 and 12.
 * What the steps of a discrete count leave unspent is there for later looks.
 */
import { certainly, mixed, plus, trimmed, type Distribution } from './distribution.ts';

/** JSON. */
export interface Boundary {
  /** Under the null: the count now, of those that have never reached the boundary. */
  readonly under: Distribution;
  readonly spent: number;
  /** The smallest count that was too much at the last look; null where none was. */
  readonly least: number | null;
}

export const newBoundary: Boundary = { under: certainly(0), spent: 0, least: null };

/** What the null adds to the count between two looks: the same for every count, or depending on it. */
export type Increment = Distribution | ((count: number) => Distribution);

/** The boundary at the next look; `spendable` is what may have been spent by then. */
export function advance({ under, spent }: Boundary, increment: Increment, spendable: number): Boundary {
  const next = typeof increment === 'function' ? mixed(under, increment) : plus(under, increment);
  const { probabilities } = next;
  let [tail, length] = [0, probabilities.length];
  while (length > 0 && spent + tail + (probabilities[length - 1] ?? 0) <= spendable) {
    length -= 1;
    tail += probabilities[length] ?? 0;
  }
  return {
    under: trimmed({ from: next.from, probabilities: probabilities.slice(0, length) }),
    spent: spent + tail,
    least: next.from + length,
  };
}

/** The same of half the count, rounded down. */
export function halved({ under: { from, probabilities }, spent, least }: Boundary): Boundary {
  const first = Math.floor(from / 2);
  const sums = Array.from<number>({ length: Math.floor((from + probabilities.length - 1) / 2) - first + 1 }).fill(0);
  for (const [index, probability] of probabilities.entries()) {
    const at = Math.floor((from + index) / 2) - first;
    sums[at] = (sums[at] ?? 0) + probability;
  }
  return { under: { from: first, probabilities: sums }, spent, least: least === null ? null : Math.ceil(least / 2) };
}

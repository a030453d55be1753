/** What there is to show, by how much it matters to somebody who watches: a low screen shows what matters most. Pure. */
import type { Line } from './spans.ts';

/** The most important first. */
export const ranks = {
  /** Where the deployment stands: the step, the verdict so far, whom it waits for. */
  stands: 0,
  /** What is wrong, and how sure it is. */
  wrong: 1,
  curves: 2,
  /** What happens next, and what an operator can do. */
  next: 3,
  traffic: 4,
  measured: 5,
  /** What the verdict rests on beside that. */
  rests: 6,
  past: 7,
} as const;

export type Rank = (typeof ranks)[keyof typeof ranks];

/** Lines that matter as much as each other. */
export interface Part {
  readonly rank: Rank;
  readonly lines: readonly Line[];
}

export function part(rank: Rank, lines: readonly Line[]): Part {
  return { rank, lines };
}

/** All of it. */
export function linesOf(parts: readonly Part[]): Line[] {
  return parts.flatMap(({ lines }) => lines);
}

/**
 * What fits into so many rows, in the order in which it is given: without the blank lines where that is enough, else the
 * most important lines, and `more` as the last one, which is told how many are missing.
 */
export function fit(parts: readonly Part[], rows: number, more: (count: number) => Line): Line[] {
  const all = parts.flatMap(({ rank, lines }) => lines.map((line) => ({ rank, line })));
  if (all.length <= rows) return all.map(({ line }) => line);
  const said = all.filter(({ line }) => line.length > 0);
  if (said.length <= rows) return said.map(({ line }) => line);
  const byImportance = [...said].sort((a, b) => a.rank - b.rank);
  const kept = new Set(byImportance.slice(0, Math.max(0, rows - 1)));
  return [...said.filter((one) => kept.has(one)).map(({ line }) => line), more(said.length - kept.size)];
}

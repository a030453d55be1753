/**
 * How far a container's log was read, so that no line is counted twice and none is passed over. Pure.
 *
 * The API server gives lines from a second on, so those of that second come again. The last line that was read is found by its
 * time and by how many lines of the same time were before it; times alone would not do, as lines of both streams may be out
 * of order, or of the same moment.
 */
import type { LogLine, Open } from './fold.ts';

/** JSON. */
export interface Cursor {
  /** The time of the last line that was read; null before the first. */
  readonly at: string | null;
  /** How many lines of that time were read. */
  readonly lines: number;
  readonly open: Open;
}

export const unreadLog: Cursor = { at: null, lines: 0, open: 'nothing' };

const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s;

/** The complete lines of an answer; one without a time is no line of its own. */
export function linesOf(answer: string): LogLine[] {
  return answer
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const [, at, text = ''] = timed.exec(line) ?? [];
      return at === undefined ? [] : [{ at, text }];
    });
}

/** The lines after the last one that was read; null where that one is not among them. */
export function linesAfter(lines: readonly LogLine[], { at, lines: count }: Cursor): LogLine[] | null {
  if (at === null) return [...lines];
  let seen = 0;
  for (const [index, line] of lines.entries()) {
    if (line.at === at) seen += 1;
    if (seen === count) return lines.slice(index + 1);
  }
  return null;
}

/** Where it is not: those that are newer. */
export function newerLines(lines: readonly LogLine[], { at }: Cursor): LogLine[] {
  return at === null ? [...lines] : lines.filter((line) => timeOf(line.at) > timeOf(at));
}

/** After all of these lines were read. */
export function cursorAfter(lines: readonly LogLine[], open: Open, before: Cursor): Cursor {
  const at = lines.at(-1)?.at;
  if (at === undefined) return { ...before, open };
  return { at, lines: lines.filter((line) => line.at === at).length, open };
}

/** Milliseconds since the epoch. */
export function timeOf(at: string): number {
  return Date.parse(at);
}

/** The second from which on the API server is asked for what is new. */
export function secondOf(at: string): string {
  return `${new Date(Math.floor(timeOf(at) / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
}

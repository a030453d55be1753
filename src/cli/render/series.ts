/** The points of a watch as values to draw: what is unknown stays unknown, and is never drawn as zero. */
import type { SeriesPoint, SlotPoint } from '../../domain/evidence.ts';

export type Role = 'candidate' | 'stable';

/** What one slot did in a stretch of time that is `forMs` long. */
export interface Stretch {
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  readonly forMs: number;
  readonly point: SlotPoint;
}

/** The stretches of one slot, oldest first; the first is taken to be as long as the second. */
export function stretchesOf(series: readonly SeriesPoint[], role: Role): Stretch[] {
  const times = series.map(({ at }) => Date.parse(at));
  return series.flatMap((point, index) => {
    const at = times[index] ?? 0;
    const forMs = index === 0 ? (times[1] ?? at) - at : at - (times[index - 1] ?? at);
    return [{ at, forMs, point: point[role] ?? unknown }];
  });
}

const unknown: SlotPoint = { requests: null, errors: null, p95Ms: null };

/** errors / requests, 0 to 1. */
export function errorShare({ point: { requests, errors } }: Stretch): number | null {
  return requests === null || errors === null || requests === 0 ? null : errors / requests;
}

export function p95({ point }: Stretch): number | null {
  return point.p95Ms;
}

export function requestsPerSecond({ point: { requests }, forMs }: Stretch): number | null {
  return requests === null || forMs <= 0 ? null : (requests * 1_000) / forMs;
}

/**
 * At most so many stretches, as many neighbours put together each time: their requests are added, and of their P95 the
 * highest stays.
 */
export function merged(stretches: readonly Stretch[], most: number): Stretch[] {
  const size = Math.ceil(stretches.length / most);
  const starts = stretches.map((_, index) => index).filter((index) => index % size === 0);
  return starts.map((start) => stretches.slice(start, start + size).reduce(together));
}

function together(before: Stretch, after: Stretch): Stretch {
  const { point: a } = before;
  const { point: b } = after;
  return {
    at: after.at,
    forMs: before.forMs + after.forMs,
    point: {
      requests: combined(a.requests, b.requests, (x, y) => x + y),
      errors: combined(a.errors, b.errors, (x, y) => x + y),
      p95Ms: combined(a.p95Ms, b.p95Ms, Math.max),
    },
  };
}

function combined(a: number | null, b: number | null, how: (a: number, b: number) => number): number | null {
  return a === null || b === null ? (a ?? b) : how(a, b);
}

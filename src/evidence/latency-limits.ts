/** Whether a histogram can tell a latency from the limits of the spec. Pure. */
import { toMilliseconds } from '../domain/duration.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';

export interface LatencyLimit {
  /** Of the field in the spec. */
  readonly path: string;
  readonly limit: string;
}

/** A quantile is interpolated within its bucket: with no bound within this factor of the limit, it may be off by more. */
const nearEnough = 2;

/** The limits of the watches that there will be. */
export function latencyLimits(spec: Spec): LatencyLimit[] {
  return (['soak', 'monitor'] as const).flatMap((step) => {
    const { duration, thresholds } = spec[step];
    if (toMilliseconds(duration) === 0) return [];
    return (['p95', 'p99'] as const).flatMap((quantile) => {
      const limit = thresholds[quantile];
      return limit === null ? [] : [{ path: `${step}.thresholds.${quantile}`, limit }];
    });
  });
}

/** `bounds` are the upper bounds of the buckets, in seconds. */
export function boundMistakes(bounds: readonly number[], limits: readonly LatencyLimit[], name: string): SpecMistake[] {
  const finite = bounds.filter((bound) => Number.isFinite(bound) && bound > 0).sort((a, b) => a - b);
  const highest = finite.at(-1);
  if (highest === undefined) return limits.map(({ path }) => ({ path, message: `${name} has no bucket with a bound` }));
  return limits.flatMap(({ path, limit }) => {
    const seconds = toMilliseconds(limit) / 1_000;
    if (seconds > highest) {
      const message = `${limit} is above the highest bucket of ${name}, ${shown(highest)}: what is slower than that cannot be told from the limit; give the histogram higher buckets, or lower the limit`;
      return [{ path, message }];
    }
    const nearest = finite.reduce((best, bound) => (factor(bound, seconds) < factor(best, seconds) ? bound : best));
    if (factor(nearest, seconds) <= nearEnough) return [];
    const message = `${limit} is far from the buckets of ${name}, of which ${shown(nearest)} is the nearest: give the histogram a bucket there, or choose a limit near one`;
    return [{ path, message }];
  });
}

function factor(bound: number, limit: number): number {
  return Math.max(bound / limit, limit / bound);
}

function shown(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1_000).toPrecision(4))}ms` : `${Number(seconds.toPrecision(4))}s`;
}

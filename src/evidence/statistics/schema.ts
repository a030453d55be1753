/** The statistics of a watch as one worker leaves them for another. */
import { z } from 'zod';
import type { WatchStatistics } from './watch-statistics.ts';

const counts = z.object({ requests: z.number(), events: z.number() });
const sums = z.object({ squares: z.number(), events: z.number() });
export const dispersion = z.object({ looks: z.number(), last: z.array(counts), single: sums, pairs: sums });

const comparison = z.object({
  test: z.object({
    boundary: z.object({
      under: z.object({ from: z.number(), probabilities: z.array(z.number()) }),
      spent: z.number(),
      least: z.number().nullable(),
    }),
    candidate: counts,
    stable: counts,
    every: z.number().nullable(),
  }),
  ratios: z.array(z.number()),
  dispersion: z.object({ candidate: dispersion, stable: dispersion }),
});

const grave = z.object({ looks: z.number(), counts });

export const watchStatistics = z.object({
  seen: z.record(z.string(), z.number()),
  againstStable: z.object({ 'error-rate': comparison, p95: comparison, p99: comparison }),
  againstLimits: z.object({ 'error-rate': comparison, p95: comparison, p99: comparison }),
  grave: z.object({ 'error-rate': grave, p95: grave, p99: grave }),
}) satisfies z.ZodType<WatchStatistics>;

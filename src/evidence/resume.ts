/** A watch between two workers: what one leaves in its heartbeat, and the other goes on with. Pure. */
import { z } from 'zod';
import type { Arm } from './arm.ts';
import type { WatchState } from './watch.ts';

/** Another format of an older or newer worker is not understood, and the watch begins anew. */
const format = 1;

/** Heartbeats are sent every few seconds, so a small one is preferred; Temporal takes no more than 2 MB. */
const most = { preferred: 200_000, possible: 1_000_000 } as const;

const buckets = z.record(z.string(), z.number());
const totalsSchema = z.object({ requests: z.number(), errors: z.number(), latency: buckets });
const metric = z.enum(['error-rate', 'p95', 'p99', 'restarts', 'readiness', 'requests']);

const armSchema = z.object({
  counters: z
    .object({
      last: z.record(z.string(), totalsSchema.extend({ startedAt: z.number().exactOptional() })),
      pending: z.array(z.string()),
      totals: totalsSchema,
    })
    .nullable(),
  recent: z.array(z.object({ at: z.number(), totals: totalsSchema })),
  unread: z.array(z.string()).nullable(),
  status: z
    .object({
      ready: z.number(),
      desired: z.number(),
      looksUnready: z.number(),
      restarts: z.record(z.string(), z.tuple([z.number(), z.number()])),
      restartsOfGone: z.number(),
    })
    .nullable(),
  statusIsFresh: z.boolean(),
}) satisfies z.ZodType<Arm>;

const watchState = z.object({
  startedAt: z.number(),
  candidate: armSchema,
  stable: armSchema.nullable(),
  samples: z.number(),
  strikes: z.partialRecord(metric, z.number()),
  failed: z.array(
    z.object({
      metric,
      verdict: z.enum(['pass', 'fail', 'insufficient-data']),
      over: z.enum(['watch', 'window']),
      reason: z.string(),
    }),
  ),
  unmeasured: z.array(z.object({ source: z.string(), reason: z.string(), count: z.number() })),
});

const resume = z.object({ format: z.literal(format), state: watchState });

/**
 * What to leave for another worker: all of it, or as much as fits. First where each pod stood is left out, then the looks
 * of the last window. Where that is too much still, with very many pods, the other worker begins anew (null).
 */
export function toResume(state: WatchState): unknown {
  const ways = [
    [whole, most.preferred],
    [withoutPods, most.preferred],
    [withoutLooks, most.possible],
  ] as const;
  for (const [shorten, characters] of ways) {
    const { candidate, stable } = state;
    const left = { format, state: { ...state, candidate: shorten(candidate), stable: stable && shorten(stable) } };
    if (JSON.stringify(left).length <= characters) return left;
  }
  return null;
}

function whole(arm: Arm): Arm {
  return arm;
}

function withoutPods(arm: Arm): Arm {
  if (arm.counters === null) return arm;
  const { last, pending, totals } = arm.counters;
  return { ...arm, counters: { last: {}, pending: [...Object.keys(last), ...pending], totals } };
}

function withoutLooks(arm: Arm): Arm {
  return { ...withoutPods(arm), recent: [] };
}

/** What an earlier attempt left; null where there is nothing, or nothing that can be understood. */
export function fromResume(left: unknown): WatchState | null {
  const parsed = resume.safeParse(left);
  return parsed.success ? parsed.data.state : null;
}

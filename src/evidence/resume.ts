/** A watch between two workers: what one leaves in its heartbeat, and the other goes on with. Pure. */
import { z } from 'zod';
import type { Arm } from './arm.ts';
import type { WatchState } from './watch.ts';

/** Another format of an older or newer worker is not understood, and the watch begins anew. */
const format = 1;

/** Heartbeats are sent every few seconds, and Temporal takes no more than 2 MB. */
const mostCharacters = 200_000;

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

/** What to leave for another worker. Of slots with very many pods only what was counted so far, not where each pod stood. */
export function toResume(state: WatchState): unknown {
  const whole = { format, state };
  if (JSON.stringify(whole).length <= mostCharacters) return whole;
  return {
    format,
    state: { ...state, candidate: shorten(state.candidate), stable: state.stable && shorten(state.stable) },
  };
}

function shorten(arm: Arm): Arm {
  if (arm.counters === null) return arm;
  const { last, pending, totals } = arm.counters;
  return { ...arm, counters: { last: {}, pending: [...Object.keys(last), ...pending], totals } };
}

/** What an earlier attempt left; null where there is nothing, or nothing that can be understood. */
export function fromResume(left: unknown): WatchState | null {
  const parsed = resume.safeParse(left);
  return parsed.success ? parsed.data.state : null;
}

/** A watch between two workers: what one leaves in its heartbeat, and the other goes on with. Pure. */
import { z } from 'zod';
import type { MetricName } from '../domain/evidence.ts';
import type { Arm } from './arm.ts';
import { newRecording } from './baseline.ts';
import { checksState } from './checks/state.ts';
import type { CounterState } from './counters.ts';
import { logsStateSchema } from './logs/log-state.ts';
import { observationsSchema } from './observations.ts';
import { watchStatistics } from './statistics/schema.ts';
import type { WatchState } from './watch-state.ts';

/** Another format of an older or newer worker is not understood, and the watch begins anew. */
const format = 3;

/** Heartbeats are sent every few seconds, so a small one is preferred; Temporal takes no more than 2 MB. */
const most = { preferred: 200_000, withBaseline: 500_000, possible: 1_000_000 } as const;

const buckets = z.record(z.string(), z.number());
const totalsSchema = z.object({
  requests: z.number(),
  errors: z.number(),
  latency: buckets,
  explained: z.number().exactOptional(),
});
const metric = z.enum([
  'error-rate',
  'p95',
  'p99',
  'restarts',
  'oom-kills',
  'readiness',
  'requests',
  'cpu',
  'memory',
  'logs',
  'check',
]) satisfies z.ZodType<MetricName>;

const podCounters = totalsSchema.extend({
  background: z.object({ requests: z.number(), errors: z.number() }).exactOptional(),
  startedAt: z.number().exactOptional(),
});

const counters = z
  .object({
    last: z.record(z.string(), podCounters),
    pending: z.array(z.string()),
    totals: totalsSchema,
  })
  .nullable();

const armSchema = z.object({
  counters,
  unsettled: buckets,
  probes: counters,
  unread: z.array(z.string()).nullable(),
  unreadWhy: z.string().nullable(),
  status: z
    .object({
      ready: z.number(),
      desired: z.number(),
      looksUnready: z.number(),
      replacing: z.object({ since: z.number(), forMs: z.number() }).nullable(),
      evicted: z.number(),
      restarts: z.record(z.string(), z.tuple([z.number(), z.number()])),
      restartsOfGone: z.number(),
    })
    .nullable(),
  statusIsFresh: z.boolean(),
}) satisfies z.ZodType<Arm>;

const slotPoint = z.object({
  requests: z.number().nullable(),
  errors: z.number().nullable(),
  p95Ms: z.number().nullable(),
});

const series = z.object({
  points: z.array(z.object({ at: z.string(), candidate: slotPoint, stable: slotPoint.nullable() })),
  open: z
    .object({
      since: z.number(),
      until: z.number(),
      candidate: totalsSchema.nullable(),
      stable: totalsSchema.nullable(),
      hasStable: z.boolean(),
    })
    .nullable(),
});

const watchState = z.object({
  startedAt: z.number(),
  candidate: armSchema,
  stable: armSchema.nullable(),
  samples: z.number(),
  comparison: z.object({ pods: watchStatistics.nullable(), probes: watchStatistics.nullable() }),
  baseline: z
    .object({
      counters,
      since: z.number(),
      looks: z.array(z.object({ until: z.number(), totals: totalsSchema })),
    })
    .nullable(),
  series,
  observations: observationsSchema,
  failed: z.array(
    z.object({
      metric,
      verdict: z.enum(['pass', 'fail', 'insufficient-data']),
      over: z.enum(['watch', 'window']),
      against: z.literal('stable').exactOptional(),
      reason: z.string(),
    }),
  ),
  unmeasured: z.array(z.object({ source: z.string(), reason: z.string(), count: z.number() })),
  logs: logsStateSchema.exactOptional(),
  checks: checksState.exactOptional(),
});

const resume = z.object({ format: z.literal(format), state: watchState });

/**
 * What to leave for another worker: all of it, or as much as fits. First where each pod stood is left out, then the baseline
 * so far. Where that is too much still, the other worker begins anew (null).
 */
export function toResume(state: WatchState): unknown {
  const ways = [
    [whole, most.preferred],
    [withoutPods, most.withBaseline],
    [withoutBaseline, most.possible],
  ] as const;
  for (const [shorten, characters] of ways) {
    const left = { format, state: shorten(state) };
    if (JSON.stringify(left).length <= characters) return left;
  }
  return null;
}

function whole(state: WatchState): WatchState {
  return state;
}

function withoutPods(state: WatchState): WatchState {
  const { candidate, stable, baseline } = state;
  const without = (arm: Arm): Arm => ({ ...arm, counters: arm.counters && withoutLast(arm.counters) });
  return {
    ...state,
    candidate: without(candidate),
    stable: stable && without(stable),
    baseline: baseline && { ...baseline, counters: baseline.counters && withoutLast(baseline.counters) },
  };
}

function withoutLast({ last, pending, totals }: CounterState): CounterState {
  return { last: {}, pending: [...Object.keys(last), ...pending], totals };
}

function withoutBaseline(state: WatchState): WatchState {
  const { baseline, ...others } = withoutPods(state);
  // It begins anew with the next look.
  return { ...others, baseline: baseline && newRecording(baseline.since) };
}

/** What an earlier attempt left; null where there is nothing, or nothing that can be understood. */
export function fromResume(left: unknown): WatchState | null {
  const parsed = resume.safeParse(left);
  return parsed.success ? parsed.data.state : null;
}

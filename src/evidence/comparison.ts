/**
 * What the candidate of a watch is held against, and by which counts. Pure.
 *
 * - In a soak, by the answers to probes: only they are the same in both slots. Where somebody else sends the traffic, by what
 *   the pods of both count.
 * - In a monitor, by what the pods count, against stable's baseline.
 * - The limits of the spec always hold for what the candidate's pods count, and that of errors for the probes, too.
 */
import type { ComparedWith } from '../domain/comparison-evidence.ts';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import { numberOf } from '../domain/number-of.ts';
import type { Spec, Thresholds, WatchSpec } from '../domain/spec.ts';
import { usersRequests, type Baseline } from './baseline.ts';
import {
  statisticsAfter,
  newStatistics,
  type StatisticsPlan,
  type WatchStatistics,
} from './statistics/watch-statistics.ts';

export const countedBy = ['pods', 'probes'] as const;
/** Who counts: the pods by their own metrics, or the worker its answers. */
export type CountedBy = (typeof countedBy)[number];

export interface WatchComparison {
  readonly with: ComparedWith;
  /** Why there is nothing to compare with; null where there is. */
  readonly why: string | null;
  readonly tolerance: number;
  /** A P95 or P99 that is higher by less than this is nothing that anybody minds. */
  readonly minimumSlowdownMs: number;
  /** So long after its beginning, what is slow is not yet compared: connections and caches are new. */
  readonly settlesMs: number;
  /** The same for the limits of latency: shorter, as a candidate that is slow for good has to be found soon. */
  readonly limitsSettleMs: number;
  /** null where nobody counts. */
  readonly plans: Readonly<Record<CountedBy, StatisticsPlan | null>>;
  readonly baseline: Baseline | null;
}

/** JSON. */
export type ComparisonState = Readonly<Record<CountedBy, WatchStatistics | null>>;

export interface ComparisonOptions {
  readonly step: 'soak' | 'monitor';
  readonly spec: Spec;
  readonly hasStable: boolean;
  /** null where none was recorded, for the monitor. */
  readonly baseline: Baseline | null;
}

/** Of a monitor, the part of its duration in which connections and caches are new. */
const settlingShare = 0.1;
/** With three looks more, of 5 s each, a candidate that is grave is found within half a minute. */
const mostLimitsSettleMs = 15_000;

export function comparisonOf(options: ComparisonOptions): WatchComparison {
  const { step, spec } = options;
  const watch = spec[step];
  const { base, why } = baseOf(options, watch);
  const comparison = settingOf(watch);
  const { tolerance, minimumSlowdown } = comparison === 'none' ? withoutComparison : comparison;
  const sendsProbes = step === 'soak' && spec.soak.traffic.requestsPerSecond > 0;
  const settlesMs = step === 'monitor' ? toMilliseconds(watch.duration) * settlingShare : 0;
  return {
    with: base,
    why,
    tolerance,
    minimumSlowdownMs: toMilliseconds(minimumSlowdown),
    settlesMs: base === 'baseline' ? settlesMs : 0,
    limitsSettleMs: Math.min(settlesMs, mostLimitsSettleMs),
    plans: {
      pods: spec.metrics === 'none' ? null : podsPlan(watch, base),
      probes: sendsProbes ? probesPlan(watch, base) : null,
    },
    baseline: base === 'baseline' ? options.baseline : null,
  };
}

/** Whose statistics hold the comparison with stable. */
export function comparedBy(base: ComparedWith): CountedBy {
  return base === 'probes' ? 'probes' : 'pods';
}

export function beginComparison({ plans, baseline }: WatchComparison): ComparisonState {
  const pods = baseline === null ? newStatistics : statisticsAfter(baseline.looks);
  return { pods: plans.pods && pods, probes: plans.probes && newStatistics };
}

/** Its deployments have no such setting. */
function isOfOlderWorker({ comparison }: Partial<Pick<WatchSpec, 'comparison'>>): boolean {
  return comparison === undefined;
}

function settingOf(watch: WatchSpec): WatchSpec['comparison'] {
  return isOfOlderWorker(watch) ? 'none' : watch.comparison;
}

const withoutComparison = { tolerance: 1, alpha: 0.01, minimumSlowdown: '0s' };

interface Base {
  readonly base: ComparedWith;
  readonly why: string | null;
}

function nothing(why: string): Base {
  return { base: 'nothing', why };
}

function baseOf({ step, spec, hasStable, baseline }: ComparisonOptions, watch: WatchSpec): Base {
  if (!hasStable) return nothing('there is no stable slot yet');
  if (isOfOlderWorker(watch)) return nothing('the deployment was begun by an older worker, which compared nothing');
  if (watch.comparison === 'none') return nothing(`${step}.comparison is none`);
  if (step === 'soak' && spec.soak.traffic.requestsPerSecond > 0) return { base: 'probes', why: null };
  if (spec.metrics === 'none') return nothing('metrics is none');
  if (step === 'soak') return { base: 'traffic', why: null };
  if (baseline === null) return nothing('the soak has recorded no baseline');
  const users = usersRequests(baseline);
  const { minimumRequests } = watch;
  if (users >= minimumRequests) return { base: 'baseline', why: null };
  const time = formatDuration(baseline.recordedMs);
  const counted = `${numberOf(users, 'request')} of users in its ${time}, on the pods of stable that got no probes`;
  return nothing(`the baseline has ${counted}: fewer than ${minimumRequests}`);
}

function podsPlan(watch: WatchSpec, base: ComparedWith): StatisticsPlan {
  const { thresholds } = watch;
  const compareWith = base === 'traffic' ? 'stable' : base === 'baseline' ? 'baseline' : 'nothing';
  const limits = { 'error-rate': thresholds.errorRate, p95: seconds(thresholds.p95), p99: seconds(thresholds.p99) };
  return { ...common(watch), compareWith, limits };
}

/** How long an answer takes on the way through the API server is no matter of the candidate: no limits of latency. */
function probesPlan(watch: WatchSpec, base: ComparedWith): StatisticsPlan {
  const limits = { 'error-rate': watch.thresholds.errorRate, p95: null, p99: null };
  return { ...common(watch), compareWith: base === 'probes' ? 'stable' : 'nothing', limits };
}

function common(watch: WatchSpec) {
  const { duration, extension, minimumRequests } = watch;
  const comparison = settingOf(watch);
  const { tolerance, alpha } = comparison === 'none' ? withoutComparison : comparison;
  return { tolerance, alpha, horizonMs: toMilliseconds(duration) + toMilliseconds(extension), minimumRequests };
}

function seconds(limit: Thresholds['p95']): number | null {
  return limit === null ? null : toMilliseconds(limit) / 1_000;
}

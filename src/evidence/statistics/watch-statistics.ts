/**
 * All that the statistics of a watch keep from look to look: JSON, so that another worker can go on with it. Pure.
 *
 * In a soak both arms are looked at at the same time; in a monitor the candidate is held against stable's baseline, recorded
 * before the cutover. Without a stable arm only the limits and grave failures are left.
 */
import { noTotals, addTotals, type Totals } from '../counters.ts';
import { compare, newComparison, withBaseline, type Comparison, type ComparisonPlan } from './comparison.ts';
import { noCounts, type Counts, type PairedCounts } from './counts.ts';
import { graveShare, newGrave, watchGrave, type Grave } from './grave.ts';
import type { Against } from './sequential-test.ts';
import { boundAbove, slowerThan, slowFrom, type Seen } from './slow-requests.ts';

export const comparedMetrics = ['error-rate', 'p95', 'p99'] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];
export type OfEach<T> = Readonly<Record<ComparedMetric, T>>;

export interface StatisticsPlan {
  readonly compareWith: 'stable' | 'baseline' | 'nothing';
  /** How many times stable's share of failed or slow requests the candidate may have: 1 is "not worse". */
  readonly tolerance: number;
  /** How likely a candidate that is no worse may be failed; and, of its own, one that keeps every limit. */
  readonly alpha: number;
  /** How long the watch may last, with its extension. */
  readonly horizonMs: number;
  readonly minimumRequests: number;
  /** Absolute limits: a share of failed requests, and seconds; null where there is none. */
  readonly limits: OfEach<number | null>;
}

/** JSON. */
export interface WatchStatistics {
  /** Where stable's latency is known from: its looks so far, or the beginning of the baseline. */
  readonly seen: Seen;
  readonly againstStable: OfEach<Comparison>;
  readonly againstLimits: OfEach<Comparison>;
  /** Where there is a limit. */
  readonly grave: OfEach<Grave>;
}

/** Of alpha. Errors are the rarest, and so need the most of it. */
const shareOfAlpha: OfEach<number> = { 'error-rate': 0.8, p95: 0.05, p99: 0.15 };
export const quantileOf = { p95: 0.95, p99: 0.99 } as const;

const newComparisons: OfEach<Comparison> = { 'error-rate': newComparison, p95: newComparison, p99: newComparison };

/** The state before the first look of a soak, or of a watch with nothing to compare with. */
export const newStatistics: WatchStatistics = {
  seen: {},
  againstStable: newComparisons,
  againstLimits: newComparisons,
  grave: { 'error-rate': newGrave, p95: newGrave, p99: newGrave },
};

/**
 * The state before the first look of a monitor, from what stable did between its looks before the cutover. The first third of
 * them tells what is slow, and the rest how many requests are: of its own, a quantile would say nothing about stable.
 */
export function statisticsAfter(baseline: readonly Totals[]): WatchStatistics {
  const first = Math.ceil(baseline.length / 3);
  const seen = baseline.slice(0, first).reduce(addTotals, noTotals).latency;
  const rest = baseline.slice(first);
  const slow = (q: number): Comparison => {
    const bound = slowFrom(seen, q);
    return withBaseline(bound === null ? [] : rest.map(({ latency }) => slowerThan(latency, bound) ?? noCounts));
  };
  return {
    ...newStatistics,
    seen,
    againstStable: {
      'error-rate': withBaseline(baseline.map(failed)),
      p95: slow(quantileOf.p95),
      p99: slow(quantileOf.p99),
    },
  };
}

/** What each arm did since the look before; `stable` is null where only the candidate is looked at. */
export interface Look {
  readonly candidate: Totals;
  readonly stable: Totals | null;
  /** Whether what is slow now says nothing of later: it is not compared with stable then. */
  readonly isSettling?: boolean;
  /** The same of the limits of latency, which are held sooner. */
  readonly areLimitsSettling?: boolean;
}

/** After one more look, at `elapsedMs` since the watch began. */
export function lookAt(state: WatchStatistics, look: Look, elapsedMs: number, plan: StatisticsPlan): WatchStatistics {
  const { seen, againstStable, againstLimits, grave } = state;
  const stable = plan.compareWith === 'stable' ? (look.stable ?? noTotals) : noTotals;
  const paired: Look = { candidate: look.candidate, stable };
  const isComparable = (metric: ComparedMetric): boolean => metric === 'error-rate' || look.isSettling !== true;
  const isLimited = (metric: ComparedMetric): boolean => metric === 'error-rate' || look.areLimitsSettling !== true;
  const beyond = (metric: ComparedMetric): PairedCounts | null =>
    isLimited(metric) ? beyondLimit(look.candidate, metric, plan) : null;
  const next = (
    comparison: Comparison,
    metric: ComparedMetric,
    against: Against | null,
    counts: PairedCounts | null,
  ) =>
    against === null || counts === null
      ? comparison
      : compare(comparison, counts, elapsedMs, comparisonPlan(plan, metric, against));
  return {
    seen: addTotals({ ...noTotals, latency: seen }, stable).latency,
    againstStable: ofEach((metric) =>
      next(
        againstStable[metric],
        metric,
        againstStableOf(plan),
        isComparable(metric) ? countsOf(paired, metric, boundOf(seen, metric)) : null,
      ),
    ),
    againstLimits: ofEach((metric) =>
      next(againstLimits[metric], metric, againstLimitOf(plan, metric), beyond(metric)),
    ),
    grave: ofEach((metric) => {
      const share = graveShareOf(state, metric, plan);
      const counts = beyond(metric)?.candidate;
      return share === null || counts === undefined ? grave[metric] : watchGrave(grave[metric], counts, share);
    }),
  };
}

/** What is grave where there is no limit of errors, is so by stable's own share; null where nothing is. */
export function graveShareOf(state: WatchStatistics, metric: ComparedMetric, plan: StatisticsPlan): number | null {
  const against = againstLimitOf(plan, metric);
  if (against !== null) return graveShare(against.limit);
  if (metric !== 'error-rate' || plan.compareWith === 'nothing') return null;
  const { requests, events } = state.againstStable[metric].test.stable;
  return graveShare((plan.tolerance * events) / Math.max(1, requests));
}

/** The candidate's requests that failed, or were slower than the limit; null where they cannot be counted. */
function beyondLimit(candidate: Totals, metric: ComparedMetric, plan: StatisticsPlan): PairedCounts | null {
  return countsOf({ candidate, stable: noTotals }, metric, limitBoundOf(candidate, metric, plan));
}

export function comparisonPlan(plan: StatisticsPlan, metric: ComparedMetric, against: Against): ComparisonPlan {
  return { against, alpha: plan.alpha * shareOfAlpha[metric], horizon: plan.horizonMs };
}

type AgainstLimit = Extract<Against, { kind: 'limit' }>;

export function againstStableOf({ compareWith, tolerance }: StatisticsPlan): Against | null {
  return compareWith === 'nothing' ? null : { kind: compareWith, tolerance };
}

/** A limit of the 95th percentile is one of 5 % on the share of the requests that are slower. */
export function againstLimitOf({ limits }: StatisticsPlan, metric: ComparedMetric): AgainstLimit | null {
  const limit = limits[metric];
  if (limit === null) return null;
  return { kind: 'limit', limit: metric === 'error-rate' ? limit : 1 - quantileOf[metric] };
}

export function ofEach<T>(valueOf: (metric: ComparedMetric) => T): OfEach<T> {
  return { 'error-rate': valueOf('error-rate'), p95: valueOf('p95'), p99: valueOf('p99') };
}

/** About stable's own quantile, in seconds; null where it is not known, or none is needed. */
export function boundOf(seen: Seen, metric: ComparedMetric): string | null {
  return metric === 'error-rate' ? null : slowFrom(seen, quantileOf[metric]);
}

function limitBoundOf({ latency }: Totals, metric: ComparedMetric, { limits }: StatisticsPlan): string | null {
  const limit = limits[metric];
  return limit === null ? null : boundAbove(latency, limit);
}

/** null where the metric cannot be counted at this look. */
function countsOf({ candidate, stable }: Look, metric: ComparedMetric, bound: string | null): PairedCounts | null {
  if (metric === 'error-rate') return { candidate: failed(candidate), stable: failed(stable ?? noTotals) };
  if (bound === null) return null;
  const counts = { candidate: slowerThan(candidate.latency, bound), stable: slowerThan(stable?.latency ?? {}, bound) };
  if (counts.candidate === null || counts.stable === null) return null;
  return { candidate: counts.candidate, stable: counts.stable };
}

function failed({ requests, errors }: Totals): Counts {
  return { requests, events: errors };
}

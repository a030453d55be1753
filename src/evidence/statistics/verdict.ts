/**
 * From the statistics of a watch to a verdict. Pure.
 *
 * Invariant 6: what could not be compared is insufficient data, never a pass; what is worse fails, also where the rest could
 * not be compared.
 */
import type { Verdict } from '../../domain/evidence.ts';
import { assess, looksNeeded, type Comparison } from './comparison.ts';
import type { Counts } from './counts.ts';
import { graveLimits, isGrave } from './grave.ts';
import { isBeyondBaseline, type Against } from './sequential-test.ts';
import {
  againstLimitOf,
  againstStableOf,
  comparedMetrics,
  comparisonPlan,
  quantileOf,
  type ComparedMetric,
  type StatisticsPlan,
  type WatchStatistics,
} from './watch-statistics.ts';

export interface StatisticalFinding {
  readonly metric: ComparedMetric;
  readonly against: 'stable' | 'limit' | 'grave';
  readonly verdict: Verdict;
  /** One sentence: `error rate 2.1 % of 600 requests is worse than stable's 0.2 % of 600`. */
  readonly reason: string;
}

/** What each comparison says by now. A `pass` counts at the end of the watch; a `fail` at once. */
export function findingsOf(state: WatchStatistics, plan: StatisticsPlan): StatisticalFinding[] {
  return [
    ...graveFindings(state),
    ...comparedMetrics.flatMap((metric) => findingAgainstStable(state.againstStable[metric], metric, plan)),
    ...comparedMetrics.flatMap((metric) => findingAgainstLimit(state.againstLimits[metric], metric, plan)),
  ];
}

/** Whether the candidate has failed, so that nobody needs to wait for the end of the watch. */
export function hasFailed(state: WatchStatistics, plan: StatisticsPlan): boolean {
  const isWorse = (comparison: Comparison, metric: ComparedMetric, against: Against | null): boolean =>
    against !== null && assess(comparison, comparisonPlan(plan, metric, against)).isWorse;
  const { againstStable, againstLimits, grave } = state;
  return (
    isGrave(grave) ||
    comparedMetrics.some(
      (metric) =>
        isWorse(againstStable[metric], metric, againstStableOf(plan)) ||
        isWorse(againstLimits[metric], metric, againstLimitOf(plan, metric)),
    )
  );
}

function graveFindings({ grave }: WatchStatistics): StatisticalFinding[] {
  if (!isGrave(grave)) return [];
  const reason = `${shareOf(grave.counts, 'error-rate')} in ${grave.looks} looks in a row, of ${percent(graveLimits.share)} or more each`;
  return [{ metric: 'error-rate', against: 'grave', verdict: 'fail', reason }];
}

function findingAgainstStable(state: Comparison, metric: ComparedMetric, plan: StatisticsPlan): StatisticalFinding[] {
  const against = againstStableOf(plan);
  if (against === null) return [];
  const { candidate, stable } = state.test;
  const tolerated = plan.tolerance === 1 ? '' : ` ${plan.tolerance} times`;
  const { isWorse, burst } = assess(state, comparisonPlan(plan, metric, against));
  const words = `${shareOf(candidate, metric)} is ${isWorse ? '' : 'not '}worse than${tolerated} stable's ${share(stable)}`;
  const gap = gapOf(state, plan) ?? gapOfStable(state, against, plan);
  return [finding(metric, 'stable', isWorse, words + inBursts(burst), gap)];
}

function findingAgainstLimit(state: Comparison, metric: ComparedMetric, plan: StatisticsPlan): StatisticalFinding[] {
  const against = againstLimitOf(plan, metric);
  if (against?.kind !== 'limit') return [];
  const { isWorse, burst } = assess(state, comparisonPlan(plan, metric, against));
  const limit = plan.limits[metric] ?? 0;
  const slower = `${share(state.test.candidate)} requests slower than ${limit} s, of ${percent(against.limit)} that may be`;
  const words =
    metric === 'error-rate'
      ? `${shareOf(state.test.candidate, metric)} is ${isWorse ? '' : 'not '}above ${percent(limit)}`
      : `${metric} is ${isWorse ? '' : 'not '}above its limit: ${slower}`;
  return [finding(metric, 'limit', isWorse, words + inBursts(burst), gapOf(state, plan))];
}

function finding(
  metric: ComparedMetric,
  against: 'stable' | 'limit',
  isWorse: boolean,
  words: string,
  gap: string | null,
): StatisticalFinding {
  if (isWorse) return { metric, against, verdict: 'fail', reason: words };
  if (gap === null) return { metric, against, verdict: 'pass', reason: words };
  return { metric, against, verdict: 'insufficient-data', reason: `${metric}: ${gap}` };
}

/** Why the comparison cannot pass; null when it can. */
function gapOf({ test: { candidate }, dispersion }: Comparison, plan: StatisticsPlan): string | null {
  const { looks } = dispersion.candidate;
  if (candidate.requests < plan.minimumRequests) return few(candidate, 'of the candidate', plan);
  return looks < looksNeeded ? `${looks} looks could be compared, fewer than the ${looksNeeded} that are needed` : null;
}

function gapOfStable({ test }: Comparison, { kind }: Against, plan: StatisticsPlan): string | null {
  if (test.stable.requests < plan.minimumRequests) return few(test.stable, 'of stable', plan);
  if (kind !== 'baseline' || !isBeyondBaseline(test)) return null;
  return `the ${test.stable.requests} requests of stable are too few for ${test.candidate.requests} of the candidate`;
}

function few({ requests }: Counts, whose: string, { minimumRequests }: StatisticsPlan): string {
  return `${requests} requests ${whose} could be compared, fewer than the ${minimumRequests} that are needed`;
}

function shareOf(counts: Counts, metric: ComparedMetric): string {
  if (metric === 'error-rate') return `error rate ${share(counts)} requests`;
  return `the share of requests slower than stable's P${quantileOf[metric] * 100}, ${share(counts)} requests,`;
}

function share({ requests, events }: Counts): string {
  return `${percent(requests === 0 ? 0 : events / requests)} of ${requests}`;
}

function inBursts(burst: number): string {
  return burst === 1 ? '' : ` (they come in bursts, of about ${Math.round(burst)})`;
}

function percent(of: number): string {
  return `${Number((of * 100).toPrecision(3))} %`;
}

/**
 * From the statistics of a watch to a verdict. Pure.
 *
 * Invariant 6: what could not be compared is insufficient data, never a pass; what is worse fails, also where the rest could
 * not be compared.
 */
import { numberOf } from '../../domain/number-of.ts';
import { percentage } from '../../domain/percentage.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { looksNeeded } from '../../domain/watch-looks.ts';
import { assess, type Assessment, type Comparison, type ComparisonPlan } from './comparison.ts';
import { suspicionOf } from './confidence.ts';
import type { Counts } from './counts.ts';
import { isGrave } from './grave.ts';
import type { Against } from './sequential-test.ts';
import { whyNotSlow, type Seen } from './slow-requests.ts';
import {
  againstLimitOf,
  againstStableOf,
  boundOf,
  comparedMetrics,
  comparisonPlan,
  graveShareOf,
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
    ...comparedMetrics.flatMap((metric) => graveFinding(state, metric, plan)),
    ...comparedMetrics.flatMap((metric) => findingAgainstStable(state, metric, plan)),
    ...comparedMetrics.flatMap((metric) => findingAgainstLimit(state.againstLimits[metric], metric, plan)),
  ];
}

/** Whether the candidate has failed, so that nobody needs to wait for the end of the watch. */
export function hasFailed(state: WatchStatistics, plan: StatisticsPlan): boolean {
  const isWorse = (comparison: Comparison, metric: ComparedMetric, against: Against | null): boolean =>
    against !== null && assessed(comparison, comparisonPlan(plan, metric, against), plan).isWorse;
  const { againstStable, againstLimits, grave } = state;
  return comparedMetrics.some(
    (metric) =>
      isGrave(grave[metric]) ||
      isWorse(againstStable[metric], metric, againstStableOf(plan)) ||
      isWorse(againstLimits[metric], metric, againstLimitOf(plan, metric)),
  );
}

/** However sure it is: fewer requests than the spec asks for are insufficient data. */
function assessed(state: Comparison, own: ComparisonPlan, { minimumRequests }: StatisticsPlan): Assessment {
  const { isWorse, burst } = assess(state, own);
  return { isWorse: isWorse && state.test.candidate.requests >= minimumRequests, burst };
}

function graveFinding(state: WatchStatistics, metric: ComparedMetric, plan: StatisticsPlan): StatisticalFinding[] {
  const grave = graveShareOf(state, metric, plan);
  const { looks, counts } = state.grave[metric];
  if (grave === null || !isGrave(state.grave[metric])) return [];
  const words = metric === 'error-rate' ? shareOf(counts, metric) : slowerThanLimit(counts, metric, plan);
  const reason = `${words} in ${looks} looks in a row, with ${percentage(grave)} or more in each`;
  return [{ metric, against: 'grave', verdict: 'fail', reason }];
}

function findingAgainstStable(
  { seen, againstStable }: WatchStatistics,
  metric: ComparedMetric,
  plan: StatisticsPlan,
): StatisticalFinding[] {
  const against = againstStableOf(plan);
  if (against === null) return [];
  const state = againstStable[metric];
  const { candidate, stable } = state.test;
  const tolerated = plan.tolerance === 1 ? '' : ` ${plan.tolerance} times`;
  const own = comparisonPlan(plan, metric, against);
  const { isWorse, burst } = assessed(state, own, plan);
  const isMore = candidate.events * stable.requests > plan.tolerance * stable.events * candidate.requests;
  const words = `${shareOf(candidate, metric)} is ${howSure(isWorse, isMore)}worse than${tolerated} stable's ${share(stable)}`;
  const gap = gapOfSlow(seen, metric, against) ?? gapOf(state, plan, own) ?? gapOfStable(state, plan, against);
  return [finding(metric, 'stable', isWorse, words + inBursts(burst), gap)];
}

function findingAgainstLimit(state: Comparison, metric: ComparedMetric, plan: StatisticsPlan): StatisticalFinding[] {
  const against = againstLimitOf(plan, metric);
  if (against?.kind !== 'limit') return [];
  const own = comparisonPlan(plan, metric, against);
  const { isWorse, burst } = assessed(state, own, plan);
  const { events, requests } = state.test.candidate;
  const isAbove = howSure(isWorse, events > against.limit * requests);
  const slower = `${slowerThanLimit(state.test.candidate, metric, plan)}, of ${percentage(against.limit)} that may be`;
  const words =
    metric === 'error-rate'
      ? `${shareOf(state.test.candidate, metric)} is ${isAbove}above ${percentage(against.limit)}`
      : `${metric} is ${isAbove}above its limit: ${slower}`;
  return [finding(metric, 'limit', isWorse, words + inBursts(burst), gapOf(state, plan, own))];
}

/** What is more than it may be, and may be so by chance, is not said to be less. */
function howSure(isWorse: boolean, isMore: boolean): string {
  if (isWorse) return '';
  return isMore ? 'not surely ' : 'not ';
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
  return { metric, against, verdict: 'insufficient-data', reason: gap };
}

/** Nothing is slower than what is not known. */
function gapOfSlow(seen: Seen, metric: ComparedMetric, { kind }: Against): string | null {
  if (metric === 'error-rate' || boundOf(seen, metric) !== null) return null;
  return `${whyNotSlow(seen)}${kind === 'baseline' ? ', in the first third of its baseline' : ''}`;
}

/** Why the comparison cannot pass; null when it can. */
function gapOf(state: Comparison, { minimumRequests }: StatisticsPlan, plan: ComparisonPlan): string | null {
  const { candidate } = state.test;
  const { looks } = state.dispersion.candidate;
  if (candidate.requests < minimumRequests) {
    const compared = `of the candidate could be compared with ${comparedWords[plan.against.kind]}`;
    return few(candidate, compared, minimumRequests);
  }
  // Few looks cannot tell one burst from many errors: what is suspicious stays undecided.
  if (looks >= looksNeeded || suspicionOf(state, plan) < suspicious) return null;
  return `${numberOf(looks, 'look')} could be compared, fewer than the ${looksNeeded} that tell whether it is worse`;
}

const suspicious = 0.9;

function gapOfStable({ test }: Comparison, { minimumRequests }: StatisticsPlan, { kind }: Against): string | null {
  if (test.stable.requests >= minimumRequests) return null;
  return few(
    test.stable,
    `of stable${kind === 'baseline' ? ' before the cutover' : ''} could be compared`,
    minimumRequests,
  );
}

function few({ requests }: Counts, compared: string, minimumRequests: number): string {
  return `${requests === 1 ? '1 request' : `${requests} requests`} ${compared}, fewer than the ${minimumRequests} that are needed`;
}

const comparedWords: Readonly<Record<Against['kind'], string>> = {
  stable: "stable's",
  baseline: "stable's before the cutover",
  limit: 'the limit',
};

function shareOf(counts: Counts, metric: ComparedMetric): string {
  if (metric === 'error-rate') return `error rate ${share(counts)} requests`;
  return `the share of requests slower than stable's P${quantileOf[metric] * 100}, ${share(counts)} requests,`;
}

function slowerThanLimit(counts: Counts, metric: ComparedMetric, { limits }: StatisticsPlan): string {
  return `${share(counts)} requests slower than ${limits[metric] ?? 0} s`;
}

function share({ requests, events }: Counts): string {
  return `${percentage(requests === 0 ? 0 : events / requests)} of ${requests}`;
}

function inBursts(burst: number): string {
  return burst === 1 ? '' : ` (they come in bursts, of about ${Math.round(burst)})`;
}

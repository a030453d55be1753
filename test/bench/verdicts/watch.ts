/** One simulated watch as the judges see it. */
import { addTotals, noTotals, type Totals } from '../../../src/evidence/counters.ts';
import { quantile } from '../../../src/evidence/histogram.ts';
import { noCounts } from '../../../src/evidence/statistics/counts.ts';
import { slowerThan, slowFrom, type Seen } from '../../../src/evidence/statistics/slow-requests.ts';
import {
  againstStableOf,
  comparedMetrics,
  comparisonPlan,
  newStatistics,
  quantileOf,
  statisticsAfter,
  type ComparedMetric,
  type Look,
  type OfEach,
  type StatisticsPlan,
} from '../../../src/evidence/statistics/watch-statistics.ts';
import type { MetricBaseline, MetricLook, Moment, Watch } from './judges.ts';
import { duration, interval, type Scenario } from './scenarios.ts';

const alpha = 0.01;
const defaultLimits: OfEach<number> = { 'error-rate': 0.01, p95: 0.5, p99: 1 };

/** Where the candidate is worse there are no limits, so that they do not find what the comparison should. */
function planOf({ kind, watch }: Scenario, tolerance: number): StatisticsPlan {
  const limits = kind === 'quiet' ? defaultLimits : { 'error-rate': null, p95: null, p99: null };
  const compareWith = watch === 'soak' ? 'stable' : 'baseline';
  return { compareWith, tolerance, alpha, horizonMs: duration, minimumRequests: 20, limits };
}

/** The watch before its first look, where `stable` is all that stable does or, in a monitor, has done. */
export function watchOf(scenario: Scenario, tolerance: number, stable: readonly Totals[]): Watch {
  const plan = planOf(scenario, tolerance);
  const isSoak = scenario.watch === 'soak';
  const begin = isSoak ? newStatistics : statisticsAfter(stable);
  const against = againstStableOf(plan);
  const metrics = comparedMetrics.map((metric): MetricBaseline => {
    const share = against === null ? 0 : comparisonPlan(plan, metric, against).alpha;
    if (isSoak) return { alpha: share, counts: null, values: [] };
    const values = stable.map((look) => valueOf(metric, look)).filter((value) => value !== null);
    return { alpha: share, counts: begin.againstStable[metric].test.stable, values };
  });
  return { plan, begin, metrics };
}

/** What the judges are shown, look by look. */
export function* momentsOf(
  { begin }: Watch,
  candidate: readonly Totals[],
  stable: readonly Totals[] | null,
): Generator<Moment> {
  let { seen } = begin;
  for (const [index, now] of candidate.entries()) {
    const look: Look = { candidate: now, stable: stable?.[index] ?? null };
    const metrics = comparedMetrics.map((metric) => metricLook(metric, look, seen));
    yield { look, metrics, elapsed: (index + 1) * interval };
    seen = addTotals({ ...noTotals, latency: seen }, look.stable ?? noTotals).latency;
  }
}

function metricLook(metric: ComparedMetric, { candidate, stable }: Look, seen: Seen): MetricLook {
  const values = { candidate: valueOf(metric, candidate), stable: stable && valueOf(metric, stable) };
  const other = stable ?? noTotals;
  if (metric === 'error-rate') return { counts: { candidate: failed(candidate), stable: failed(other) }, values };
  const bound = slowFrom(seen, quantileOf[metric]);
  const slow = ({ latency }: Totals) => (bound === null ? null : slowerThan(latency, bound)) ?? noCounts;
  return { counts: { candidate: slow(candidate), stable: slow(other) }, values };
}

function failed({ requests, errors }: Totals): { requests: number; events: number } {
  return { requests, events: errors };
}

/** What a dashboard would show of the look: percent or seconds. */
function valueOf(metric: ComparedMetric, { requests, errors, latency }: Totals): number | null {
  if (metric === 'error-rate') return requests === 0 ? null : (100 * errors) / requests;
  return quantile(latency, quantileOf[metric])?.value ?? null;
}

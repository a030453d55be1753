/** What the statistics of a watch say by now: as findings, and as the state document shows the comparison. Pure. */
import type { ComparedWith, ComparisonEvidence, MetricComparison } from '../domain/comparison-evidence.ts';
import { numberOf } from '../domain/number-of.ts';
import type { Finding } from '../domain/evidence.ts';
import { between, settledLatency, type Arm } from './arm.ts';
import { totalsOf } from './baseline.ts';
import { comparedBy, countedBy, type ComparisonState, type CountedBy, type WatchComparison } from './comparison.ts';
import { noTotals, type CounterState, type Totals } from './counters.ts';
import { immaterial } from './material.ts';
import { confidenceOf, surenessOf } from './statistics/confidence.ts';
import { findingsOf, type StatisticalFinding } from './statistics/verdict.ts';
import { newTest } from './statistics/sequential-test.ts';
import {
  againstLimitOf,
  againstStableOf,
  boundOf,
  comparedMetrics,
  comparisonPlan,
  lookAt,
  quantileOf,
} from './statistics/watch-statistics.ts';

export interface Arms {
  readonly candidate: Arm;
  /** null in the first deployment of an app. */
  readonly stable: Arm | null;
}

const countersOf: Readonly<Record<CountedBy, (arm: Arm) => CounterState | null>> = {
  pods: ({ counters }) => counters,
  probes: ({ probes }) => probes,
};

/** The state after a look by which the arms have become `after`. */
export function compareAgain(
  comparison: WatchComparison,
  state: ComparisonState,
  before: Arms,
  after: Arms,
  elapsedMs: number,
): ComparisonState {
  const next = (by: CountedBy) => {
    const [plan, statistics] = [comparison.plans[by], state[by]];
    const candidate = between(countersOf[by](before.candidate), countersOf[by](after.candidate));
    if (plan === null || statistics === null || candidate === null) return statistics;
    const isPaired = before.stable !== null && after.stable !== null;
    const stable = isPaired ? between(countersOf[by](before.stable), countersOf[by](after.stable)) : null;
    const isSettling = elapsedMs < comparison.settlesMs;
    const areLimitsSettling = elapsedMs < comparison.limitsSettleMs;
    return lookAt(statistics, { candidate, stable, isSettling, areLimitsSettling }, elapsedMs, plan);
  };
  return { pods: next('pods'), probes: next('probes') };
}

/**
 * What fails, and what the comparison with stable says otherwise. That of latency says nothing where too few requests could be
 * compared: limits hold for it, too.
 */
export function statisticalFindings(comparison: WatchComparison, state: ComparisonState, arms: Arms): Finding[] {
  const alike = whatFailsAlike(comparison, state);
  const findings = countedBy.flatMap((by) => {
    const [plan, statistics] = [comparison.plans[by], state[by]];
    if (plan === null || statistics === null) return [];
    return findingsOf(statistics, plan).flatMap((found) => asFinding(comparison, found, { by, arms, alike }));
  });
  // What the pods count themselves is not said of the probes as well.
  const each = findings.filter((one, index) => findings.findIndex((other) => isSame(one, other)) === index);
  return [...each, ...tooFewProbes(comparison, arms)];
}

/** Where nothing but the probes tells how the candidate answers, there have to be some. */
function tooFewProbes({ plans: { pods, probes: plan } }: WatchComparison, { candidate }: Arms): Finding[] {
  if (pods !== null || plan === null || plan.compareWith !== 'nothing' || plan.limits['error-rate'] === null) return [];
  const { requests } = candidate.probes?.totals ?? noTotals;
  if (requests >= plan.minimumRequests) return [];
  const reason = `${numberOf(requests, 'probe')}, fewer than the ${plan.minimumRequests} that are needed`;
  return [{ metric: 'requests', verdict: 'insufficient-data', over: 'watch', reason }];
}

/**
 * The findings by limits at the end of a watch, where what is above its limit by chance alone, or in both slots at the same time, is
 * no failure of the candidate, and no pass either.
 */
export function unlessByChance(findings: readonly Finding[], comparison: WatchComparison, state: ComparisonState) {
  const { plans } = comparison;
  const alike = whatFailsAlike(comparison, state);
  return findings.map((finding): Finding => {
    const metric = comparedMetrics.find((one) => one === finding.metric);
    if (finding.verdict !== 'fail' || metric === undefined || plans.pods === null || state.pods === null)
      return finding;
    const against = againstLimitOf(plans.pods, metric);
    const counted = state.pods.againstLimits[metric];
    // Of latencies above the highest bound there may be no counts: then the figures are all there is.
    if (metric === 'error-rate' && alike !== null) {
      return { ...finding, verdict: 'insufficient-data', reason: `${finding.reason}, and ${alike}` };
    }
    if (against === null || counted.test.candidate.events === 0) return finding;
    if (confidenceOf(counted, comparisonPlan(plans.pods, metric, against)) >= certain) return finding;
    return { ...finding, verdict: 'insufficient-data', reason: `${finding.reason}, which may be by chance` };
  });
}

const certain = 0.9;

/**
 * Stable's share of errors where it is above the limit at the same time, and the candidate's is no worse: then it is what both
 * have in common that fails, be it a database or the worker's own machine. null where it is not so.
 */
function whatFailsAlike({ with: base, plans, tolerance }: WatchComparison, state: ComparisonState): string | null {
  if (base !== 'probes' && base !== 'traffic') return null;
  const by = comparedBy(base);
  const { limits, minimumRequests } = plans[by] ?? {};
  const limit = limits?.['error-rate'] ?? null;
  const { candidate, stable } = state[by]?.againstStable['error-rate'].test ?? newTest;
  // A pod of stable that goes away takes some requests with it, which excuses nothing.
  if (limit === null || stable.requests < (minimumRequests ?? 1)) return null;
  if (stable.events <= limit * stable.requests) return null;
  if (candidate.events * stable.requests > tolerance * stable.events * candidate.requests) return null;
  return `so is stable's at the same time, of ${stable.events} in ${stable.requests} requests`;
}

/** What the verdict rests on beside the limits. */
export function comparisonEvidence(
  comparison: WatchComparison,
  state: ComparisonState,
  arms: Arms,
): ComparisonEvidence {
  const { tolerance } = comparison;
  const why = comparison.why ?? whyNoStable(comparison, state, arms);
  if (why !== null) return { with: 'nothing', why, tolerance, metrics: [] };
  return { with: comparison.with, why, tolerance, metrics: comparedMetricsOf(comparison, state, arms) };
}

function comparedMetricsOf(comparison: WatchComparison, state: ComparisonState, arms: Arms): MetricComparison[] {
  const by = comparedBy(comparison.with);
  const [plan, statistics] = [comparison.plans[by], state[by]];
  const against = plan && againstStableOf(plan);
  if (plan === null || statistics === null || against === null) return [];
  const found = findingsOf(statistics, plan).filter((finding) => finding.against === 'stable');
  return comparedMetrics.flatMap((metric) => {
    const { test } = statistics.againstStable[metric];
    const finding = found.find((one) => one.metric === metric);
    if (finding === undefined) return [];
    const bound = boundOf(statistics.seen, metric);
    const { verdict, reason } = material(comparison, finding, arms);
    const sureness = surenessOf(statistics.againstStable[metric], comparisonPlan(plan, metric, against));
    return {
      metric,
      verdict,
      candidate: test.candidate,
      stable: test.stable,
      slowerThanMs: bound === null ? null : Math.round(Number(bound) * 1e6) / 1e3,
      confidence: sureness === null ? null : Math.round(sureness * 1e4) / 1e4,
      ...(verdict === 'insufficient-data' ? { why: reason } : {}),
    };
  });
}

function isSame(a: Finding, b: Finding): boolean {
  return a.metric === b.metric && a.over === b.over && a.against === b.against;
}

function asFinding(
  comparison: WatchComparison,
  found: StatisticalFinding,
  { by, arms, alike }: { readonly by: CountedBy; readonly arms: Arms; readonly alike: string | null },
): Finding[] {
  const { metric, verdict, reason } = found;
  switch (found.against) {
    case 'grave':
    case 'limit': {
      // What keeps its limit is told by the figures of the whole watch.
      if (verdict !== 'fail') return [];
      const over = found.against === 'grave' ? 'window' : 'watch';
      const words = by === 'probes' ? `${reason}, by the probes` : reason;
      if (metric !== 'error-rate' || alike === null) return [{ metric, verdict, over, reason: words }];
      return [{ metric, verdict: 'insufficient-data', over, reason: `${words}, and ${alike}` }];
    }
    case 'stable': {
      const judged = material(comparison, found, arms);
      if (judged.verdict === 'insufficient-data' && (metric !== 'error-rate' || isStableGone(found, arms))) return [];
      // What is missing says itself with what it was to be compared.
      const how = judged.verdict === 'insufficient-data' ? '' : suffix[comparison.with];
      return [{ metric, verdict: judged.verdict, over: 'watch', against: 'stable', reason: judged.reason + how }];
    }
  }
}

const suffix: Readonly<Record<ComparedWith, string>> = {
  probes: ', by the same probes to both',
  traffic: '',
  baseline: ' before the cutover',
  nothing: '',
};

/** Slower by so little that it does not matter is not worse. */
function material(comparison: WatchComparison, found: StatisticalFinding, arms: Arms): StatisticalFinding {
  if (found.verdict !== 'fail' || found.metric === 'error-rate') return found;
  const words = immaterial(quantileOf[found.metric], latencies(comparison, arms), comparison.minimumSlowdownMs);
  return words === null ? found : { ...found, verdict: 'pass', reason: words };
}

function latencies({ with: base, baseline }: WatchComparison, { candidate, stable }: Arms) {
  const by = comparedBy(base);
  const of = (arm: Arm | null): Totals => (arm === null ? noTotals : (countersOf[by](arm)?.totals ?? noTotals));
  const compared = base === 'baseline' && baseline !== null ? totalsOf(baseline) : of(stable);
  const ours = by === 'pods' ? settledLatency(candidate) : of(candidate).latency;
  return { candidate: ours, stable: compared.latency };
}

/** A stable slot that has no ready pod gets no requests: the candidate may well be what mends it. */
function whyNoStable(comparison: WatchComparison, state: ComparisonState, arms: Arms): string | null {
  const by = comparedBy(comparison.with);
  const [plan, statistics] = [comparison.plans[by], state[by]];
  if (plan === null || statistics === null) return null;
  const found = findingsOf(statistics, plan).find(
    ({ metric, against }) => metric === 'error-rate' && against === 'stable',
  );
  return found?.verdict === 'insufficient-data' && isStableGone(found, arms) ? 'no pod of stable is ready' : null;
}

function isStableGone({ verdict }: StatisticalFinding, { stable }: Arms): boolean {
  return verdict === 'insufficient-data' && stable?.status?.ready === 0 && stable.statusIsFresh;
}

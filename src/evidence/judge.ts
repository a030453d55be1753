/**
 * From measurements to a verdict, by the thresholds of the spec. Pure.
 *
 * Invariant 6: what could not be measured is insufficient data, never a pass.
 */
import type { Finding, MetricName, SlotMeasurement, Verdict } from '../domain/evidence.ts';
import { toMilliseconds } from '../domain/duration.ts';
import type { MetricsSpec, Thresholds } from '../domain/spec.ts';

export interface Limits {
  readonly thresholds: Thresholds;
  readonly minimumRequests: number;
  readonly metrics: MetricsSpec;
}

/** One finding a metric that has a threshold. */
export function judge(candidate: SlotMeasurement, limits: Limits, over: Finding['over']): Finding[] {
  const { thresholds, metrics } = limits;
  const findings = [readiness(candidate, over)];
  if (thresholds.restarts !== null) findings.push(restarts(candidate, thresholds.restarts, over));
  if (metrics === 'none') return findings;
  if (thresholds.errorRate !== null) findings.push(errorRate(candidate, thresholds.errorRate, limits, over));
  if (thresholds.p95 !== null) findings.push(latency('p95', candidate.p95Ms, thresholds.p95, candidate, limits, over));
  if (thresholds.p99 !== null) findings.push(latency('p99', candidate.p99Ms, thresholds.p99, candidate, limits, over));
  return findings;
}

/** fail when one fails; else insufficient data when one has too little; else pass. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  if (findings.length === 0 || findings.some(({ verdict }) => verdict === 'insufficient-data'))
    return 'insufficient-data';
  return 'pass';
}

/** Why, in one sentence. */
export function reasonOf(findings: readonly Finding[]): string {
  const verdict = verdictOf(findings);
  const deciding = findings.filter((finding) => finding.verdict === verdict);
  const reasons = deciding.map(({ reason }) => reason).join('; ');
  return reasons === '' ? 'nothing was measured' : reasons;
}

function readiness({ readyPods, desiredPods }: SlotMeasurement, over: Finding['over']): Finding {
  const verdict = readyPods >= desiredPods && desiredPods > 0 ? 'pass' : 'fail';
  return { metric: 'readiness', verdict, over, reason: `${readyPods} of ${desiredPods} pods are ready` };
}

function restarts(candidate: SlotMeasurement, limit: number, over: Finding['over']): Finding {
  const { restarts: seen } = candidate;
  const verdict = seen > limit ? 'fail' : 'pass';
  return {
    metric: 'restarts',
    verdict,
    over,
    reason: `${seen} restarts ${seen > limit ? 'are more than' : 'of at most'} ${limit}`,
  };
}

function errorRate(candidate: SlotMeasurement, limit: number, limits: Limits, over: Finding['over']): Finding {
  const { requests, errors, errorRate: rate } = candidate;
  const missing = tooLittle('error-rate', requests, limits, over);
  if (missing !== null || rate === null) return missing ?? insufficient('error-rate', over, 'no requests were counted');
  const isAbove = rate > limit;
  const reason = `error rate ${percent(rate)} (${errors ?? 0} of ${requests ?? 0} requests) is ${isAbove ? 'above' : 'within'} ${percent(limit)}`;
  return { metric: 'error-rate', verdict: isAbove ? 'fail' : 'pass', over, reason };
}

function latency(
  metric: 'p95' | 'p99',
  measured: number | null,
  limit: string,
  { requests }: SlotMeasurement,
  limits: Limits,
  over: Finding['over'],
): Finding {
  const missing = tooLittle(metric, requests, limits, over);
  if (missing !== null) return missing;
  if (measured === null) return insufficient(metric, over, `${metric}: the pods expose no latency histogram`);
  const isAbove = measured > toMilliseconds(limit);
  const reason = `${metric} ${Math.round(measured)} ms is ${isAbove ? 'above' : 'within'} ${limit}`;
  return { metric, verdict: isAbove ? 'fail' : 'pass', over, reason };
}

function tooLittle(
  metric: MetricName,
  requests: number | null,
  { minimumRequests }: Limits,
  over: Finding['over'],
): Finding | null {
  if (requests === null) return insufficient(metric, over, `${metric}: requests could not be counted`);
  if (requests >= minimumRequests) return null;
  return insufficient(
    metric,
    over,
    `${metric}: ${requests} requests are fewer than the ${minimumRequests} that a verdict needs`,
  );
}

function insufficient(metric: MetricName, over: Finding['over'], reason: string): Finding {
  return { metric, verdict: 'insufficient-data', over, reason };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

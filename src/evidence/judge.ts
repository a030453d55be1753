/**
 * From measurements to a verdict, by the limits of the spec. Pure.
 *
 * Invariant 6: what could not be measured is insufficient data, never a pass. What was measured and is too much fails, also
 * where the rest could not be measured.
 */
import type { Finding, MetricName } from '../domain/evidence.ts';
import { isOver, type Deadline } from '../domain/deadline.ts';
import type { Verdict } from '../domain/verdict.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { percentage } from '../domain/percentage.ts';
import type { MetricsSpec, Thresholds } from '../domain/spec.ts';
import type { Measured } from './arm.ts';

export interface Limits {
  readonly thresholds: Thresholds;
  readonly minimumRequests: number;
  readonly metrics: MetricsSpec;
  /** How long pods that take the place of others may need to become ready: as long as those of a new candidate. */
  readonly replacement: Deadline;
}

/** Looks in a row with too few ready pods that are no accident of one moment. */
const looksUnreadyThatFail = 2;

/** One finding a metric that is judged: by the whole watch, so of requests it is good for its end alone. */
export function judge(candidate: Measured, limits: Limits): Finding[] {
  const requests = limits.metrics === 'none' ? [] : requestFindings(candidate, limits).map(overWatch);
  return [...judgePods(candidate, limits), ...requests];
}

/** Readiness and restarts alone: what fails by them, fails at once. */
export function judgePods(candidate: Measured, { thresholds, replacement }: Limits): Finding[] {
  const judgements = [
    readiness(candidate, replacement),
    ...(thresholds.restarts === null ? [] : [restarts(candidate, thresholds.restarts)]),
  ];
  return judgements.map(overWatch);
}

function overWatch(judgement: Judgement): Finding {
  return { ...judgement, over: 'watch' };
}

/** fail when one fails; else insufficient data when one has too little; else pass. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  if (findings.length === 0 || findings.some(({ verdict }) => verdict === 'insufficient-data')) {
    return 'insufficient-data';
  }
  return 'pass';
}

/** Why, in one sentence; the same reason once. */
export function reasonOf(findings: readonly Finding[], { metrics }: Pick<Limits, 'metrics'>): string {
  const verdict = verdictOf(findings);
  const reasons = findings
    .filter((finding) => finding.verdict === verdict && isWorthSaying(finding))
    .map(({ reason }) => reason);
  if (reasons.length === 0) return 'nothing was measured';
  const unjudged =
    verdict === 'pass' && metrics === 'none' ? "; the pods' requests were not judged, since metrics is none" : '';
  return [...new Set(reasons)].join('; ') + unjudged;
}

/** That errors are no more than stable's says enough where everything is well. */
function isWorthSaying({ verdict, against, metric }: Finding): boolean {
  return verdict !== 'pass' || against === undefined || metric === 'error-rate';
}

type Judgement = Omit<Finding, 'over'>;

function readiness(candidate: Measured, replacement: Deadline): Judgement {
  const { readyPods, desiredPods, looksUnready, replacingForMs, statusGap } = candidate;
  const reason = `${readyPods} of ${desiredPods} pods are ready`;
  if (looksUnready >= looksUnreadyThatFail) return judged('readiness', 'fail', reason);
  if (replacingForMs !== null) {
    const missing = desiredPods - readyPods === 1 ? '1 is' : `${desiredPods - readyPods} are`;
    if (replacingForMs > replacement.ms) {
      return judged('readiness', 'fail', `${reason}: ${isOver(replacement)}, and ${missing} not replaced yet`);
    }
    return insufficient('readiness', `${reason}, and ${missing} being replaced`);
  }
  return statusGap === null ? judged('readiness', 'pass', reason) : insufficient('readiness', statusGap);
}

function restarts({ restarts: seen, statusGap }: Measured, limit: number): Judgement {
  const containers = seen === 1 ? '1 restart of a container' : `${seen} restarts of containers`;
  if (seen > limit) return judged('restarts', 'fail', `${containers}, more than ${limit}`);
  return statusGap === null ? judged('restarts', 'pass', containers) : insufficient('restarts', statusGap);
}

function requestFindings(candidate: Measured, { thresholds, minimumRequests }: Limits): Judgement[] {
  const { errorRate, p95, p99 } = thresholds;
  if (errorRate === null && p95 === null && p99 === null) return [];
  const { requests, explained, countersGap } = candidate;
  if (requests === null) return [insufficient('requests', countersGap ?? 'no requests were counted')];
  if (requests < minimumRequests + explained) {
    const gap = countersGap === null ? '' : `, and ${countersGap}`;
    return [insufficient('requests', `${tooFew(requests, explained, minimumRequests)}${gap}`)];
  }
  return [
    ...(countersGap === null ? [] : [insufficient('requests', countersGap)]),
    ...(errorRate === null ? [] : [errors(candidate, errorRate)]),
    ...(p95 === null ? [] : [latency(candidate, 'p95', p95)]),
    ...(p99 === null ? [] : [latency(candidate, 'p99', p99)]),
  ];
}

function tooFew(requests: number, explained: number, needed: number): string {
  if (explained === 0 || requests === 0) return `${counted(requests)}, fewer than the ${needed} that are needed`;
  const others = `about ${Math.min(requests, explained)} are Kubernetes' own probes and looks at the metrics`;
  return `${counted(requests)}, of which ${others}: fewer than the ${needed} beside them that are needed`;
}

function errors({ requests, errorRate, countersGap }: Measured, limit: number): Judgement {
  if (errorRate === null) return insufficient('error-rate', countersGap ?? 'no requests were counted');
  const isAbove = errorRate > limit;
  const words = `error rate ${percentage(errorRate)} of ${counted(requests ?? 0)} is ${isAbove ? 'above' : 'within'} ${percentage(limit)}`;
  return complete('error-rate', isAbove, words, countersGap);
}

function latency(candidate: Measured, metric: 'p95' | 'p99', limit: string): Judgement {
  const measured = metric === 'p95' ? candidate.p95Ms : candidate.p99Ms;
  if (measured === null) return insufficient(metric, `${metric} is unknown: ${candidate.latencyGap}`);
  const limitMs = toMilliseconds(limit);
  const value = `${measured >= 10 ? Math.round(measured) : measured.toPrecision(2)} ms`;
  if (!candidate.atLeast.includes(metric)) {
    const isAbove = measured > limitMs;
    return complete(
      metric,
      isAbove,
      `${metric} ${value} is ${isAbove ? 'above' : 'within'} ${limit}`,
      candidate.countersGap,
    );
  }
  const beyond = `${metric} is above ${value}, the highest bucket of the histogram`;
  return measured >= limitMs
    ? judged(metric, 'fail', `${beyond}, and so above ${limit}`)
    : insufficient(metric, beyond);
}

/** What is too much fails in any case; what is not, passes only when nothing was missing. */
function complete(metric: MetricName, isAbove: boolean, words: string, gap: string | null): Judgement {
  if (isAbove) return judged(metric, 'fail', words);
  return gap === null ? judged(metric, 'pass', words) : insufficient(metric, words);
}

function judged(metric: MetricName, verdict: Verdict, reason: string): Judgement {
  return { metric, verdict, reason };
}

function insufficient(metric: MetricName, reason: string): Judgement {
  return judged(metric, 'insufficient-data', reason);
}

function counted(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}

/**
 * A soak or a monitor: looks at both slots again and again, and judges at each look.
 *
 * 1. What it knows after a look is JSON: another worker goes on with it, and counters tell what happened in between.
 * 2. A candidate that is bad enough fails at once, so that nobody waits for the end of the watch.
 */
import { boundedWatch } from '../domain/bounds.ts';
import type { Finding, SlotUsage, WatchEvidence } from '../domain/evidence.ts';
import type { WatchCheck } from '../domain/spec.ts';
import { between, documentOf, isShort, look, newArm, wholeWatch, type Arm } from './arm.ts';
import {
  areChecksUnsettled,
  checkEvidence,
  checkFindings,
  checksAfterLook,
  failedChecks,
  type ChecksState,
} from './checks/state.ts';
import { newRecording, record, type BaselineRecording } from './baseline.ts';
import { beginComparison, type ComparisonState, type WatchComparison } from './comparison.ts';
import type { LogsState } from './logs/log-state.ts';
import { evidenceOfLogs, findingsOfLogs, logsMayTellMore, withLogs, type LogsPlan } from './logs/watch-logs.ts';
import { judge, judgePods, reasonOf, verdictOf, type Limits } from './judge.ts';
import {
  noObservations,
  observe,
  observedEvidence,
  oomFindings,
  usageFindings,
  type Judging,
  type Observations,
} from './observations.ts';
import { takeSample, type Trouble } from './sampling.ts';
import { addToSeries, newSeries, pointsOf, type Series } from './series.ts';
import type { Sample, Source, Subject } from './source.ts';
import { compareAgain, comparisonEvidence, statisticalFindings, unlessByChance } from './statistical-findings.ts';

export interface WatchState {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly candidate: Arm;
  readonly stable: Arm | null;
  readonly samples: number;
  readonly comparison: ComparisonState;
  /** null where none is recorded. */
  readonly baseline: BaselineRecording | null;
  readonly series: Series;
  readonly observations: Observations;
  /** Why the rest of the watch need not be waited for. */
  readonly failed: readonly Finding[];
  readonly unmeasured: WatchEvidence['unmeasured'];
  readonly logs?: LogsState;
  /** Absent where the spec has no checks. */
  readonly checks?: ChecksState;
}

export interface Watch {
  readonly candidate: Subject;
  readonly stable: Subject | null;
  readonly sources: readonly Source[];
  readonly limits: Limits;
  readonly comparison: WatchComparison;
  readonly step: 'soak' | 'monitor';
  /** What a pod of stable used before the cutover, for a monitor; null where it was not measured. */
  readonly stableUsage: SlotUsage | null;
  /** How a baseline of stable is recorded meanwhile; null where it is not. */
  readonly records: { readonly counts: (uid: string) => boolean; readonly lengthMs: number } | null;
  /** How long the watch may last. */
  readonly horizonMs: number;
  readonly logs?: LogsPlan;
  /** Beside the limits; none where it is absent. */
  readonly checks?: readonly WatchCheck[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const reasonsKept = 10;

export function beginWatch(watch: Pick<Watch, 'stable' | 'comparison' | 'records' | 'now'>): WatchState {
  const at = watch.now();
  return {
    startedAt: at,
    candidate: newArm,
    stable: watch.stable === null ? null : newArm,
    samples: 0,
    comparison: beginComparison(watch.comparison),
    baseline: watch.records === null ? null : newRecording(at),
    series: newSeries,
    observations: noObservations,
    failed: [],
    unmeasured: [],
  };
}

/** The state after one more look at both slots at the same time. Rejects only when the signal aborts. */
export async function lookAgain(watch: Watch, state: WatchState, signal: AbortSignal): Promise<WatchState> {
  const [candidate, stable] = await Promise.all([
    takeSample(watch.sources, watch.candidate, signal),
    watch.stable === null ? null : takeSample(watch.sources, watch.stable, signal),
  ]);
  const unmeasured = addTroubles(state.unmeasured, [...candidate.troubles, ...(stable?.troubles ?? [])]);
  const seen = { candidate: candidate.sample, stable: stable?.sample ?? null };
  const next = withArms(watch, { ...state, samples: state.samples + 1, unmeasured }, seen, watch.now());
  return { ...next, failed: failuresOf(watch, next) };
}

/** Whether the candidate is so bad that the rest of the watch need not be waited for. */
export function hasFailed({ failed }: WatchState): boolean {
  return failed.length > 0;
}

/** Whether one more look may change the verdict: something is amiss that one look alone does not decide. */
export function isUnsettled({ limits, logs, checks = [] }: Watch, state: WatchState): boolean {
  const { candidate } = state;
  const isUnread = limits.metrics !== 'none' && (candidate.unread === null || candidate.unread.length > 0);
  const isUnready = !candidate.statusIsFresh || isShort(candidate);
  // What is counted is what comes between two looks.
  const isOnlyOne = state.samples < 2;
  return (
    isOnlyOne || isUnread || isUnready || logsMayTellMore(logs, state) || areChecksUnsettled(state.checks ?? {}, checks)
  );
}

/** The evidence so far, or at the end. */
export function evidenceOf(watch: Watch, state: WatchState): WatchEvidence {
  const { failed, startedAt, samples, unmeasured, comparison } = state;
  const candidate = wholeWatch(state.candidate);
  const findings = samples === 0 ? [] : allFindings(watch, state);
  const deciding = failed.length > 0 ? failed : findings;
  return boundedWatch({
    verdict: verdictOf(deciding),
    reason: reasonOf(deciding, watch.limits),
    findings: failingFirst([
      ...failed.filter((one) => !findings.some(({ reason }) => reason === one.reason)),
      ...findings,
    ]),
    candidate: documentOf(candidate),
    stable: state.stable && documentOf(wholeWatch(state.stable)),
    samples,
    watchedMs: Math.max(0, watch.now() - startedAt),
    unmeasured,
    comparison: comparisonEvidence(watch.comparison, comparison, state),
    series: pointsOf(state.series),
    ...(watch.checks === undefined || watch.checks.length === 0
      ? {}
      : { checks: checkEvidence(state.checks ?? {}, watch.checks) }),
    ...observedEvidence(
      state.observations,
      { candidate: watch.candidate.slot, stable: watch.stable?.slot ?? null },
      watch.step,
    ),
    ...evidenceOfLogs(watch.logs, state),
  });
}

function failingFirst(findings: readonly Finding[]): Finding[] {
  const failing = findings.filter(({ verdict }) => verdict === 'fail');
  return [...failing, ...findings.filter(({ verdict }) => verdict !== 'fail')];
}

function withArms(
  watch: Watch,
  before: WatchState,
  seen: { readonly candidate: Sample; readonly stable: Sample | null },
  at: number,
): WatchState {
  const counted = (sample: Sample): Sample => (watch.limits.metrics === 'none' ? withoutCounters(sample) : sample);
  const time = { at, isSettling: at - before.startedAt < watch.comparison.limitsSettleMs };
  const candidate = look(before.candidate, counted(seen.candidate), time);
  const hasStable = before.stable !== null && seen.stable !== null;
  const stable = hasStable ? look(before.stable, counted(seen.stable), time) : null;
  const stretch = {
    since: at,
    until: at,
    candidate: countedBetween(before.candidate, candidate),
    stable: hasStable ? countedBetween(before.stable, stable ?? before.stable) : null,
    hasStable,
  };
  const hasBaseline = before.baseline !== null && seen.stable !== null && watch.records !== null;
  return {
    ...before,
    candidate,
    stable,
    comparison: compareAgain(watch.comparison, before.comparison, before, { candidate, stable }, at - before.startedAt),
    baseline: hasBaseline ? record(before.baseline, seen.stable, at, watch.records) : before.baseline,
    series: addToSeries(before.series, stretch, watch.horizonMs),
    ...checksAfter(watch, before, seen, at),
    observations: observe(before.observations, { at, ...seen, arms: { candidate, stable } }),
    ...withLogs(watch.logs, before, seen, at),
  };
}

function checksAfter(
  { checks = [] }: Watch,
  { checks: before = {} }: WatchState,
  { candidate, stable }: { readonly candidate: Sample; readonly stable: Sample | null },
  at: number,
): Pick<WatchState, 'checks'> {
  if (checks.length === 0) return {};
  const found = { candidate: candidate.checks, stable: stable === null ? null : stable.checks, at };
  return { checks: checksAfterLook(before, checks, found) };
}

function withoutCounters(sample: Sample): Sample {
  const { counters, ...others } = sample;
  return counters === undefined ? sample : others;
}

/** For the chart: what the pods counted, or the answers to probes where nobody else counts. */
function countedBetween(before: Arm, after: Arm) {
  return between(before.counters, after.counters) ?? between(before.probes, after.probes);
}

/** What is so wrong with the candidate at this look that it need not be waited for the end. */
function failuresOf(watch: Watch, state: WatchState): Finding[] {
  const found = [
    ...judgePods(wholeWatch(state.candidate), watch.limits),
    ...oomFindings(state.observations, watch.limits.thresholds),
    ...statisticalFindings(watch.comparison, state.comparison, state),
    ...findingsOfLogs(watch.logs, state),
    ...failedChecks(state.checks ?? {}, watch.checks ?? []),
  ];
  return found.filter(({ verdict }) => verdict === 'fail');
}

function allFindings(watch: Watch, state: WatchState): Finding[] {
  return [
    ...unlessByChance(judge(wholeWatch(state.candidate), watch.limits), watch.comparison, state.comparison),
    ...oomFindings(state.observations, watch.limits.thresholds),
    ...usageFindings(state.observations, judgingOf(watch)),
    ...statisticalFindings(watch.comparison, state.comparison, state),
    ...findingsOfLogs(watch.logs, state),
    ...checkFindings(state.checks ?? {}, watch.checks ?? []),
  ];
}

function judgingOf({ step, stable, limits, stableUsage }: Watch): Judging {
  return { step, hasStable: stable !== null, thresholds: limits.thresholds, stableBefore: stableUsage };
}

function addTroubles(known: WatchState['unmeasured'], more: readonly Trouble[]): WatchState['unmeasured'] {
  const counts = new Map(known.map((one) => [`${one.source}\n${one.reason}`, one]));
  for (const one of more) {
    const key = `${one.source}\n${one.reason}`;
    const before = counts.get(key);
    if (before === undefined && counts.size >= reasonsKept) continue;
    counts.set(key, { ...one, count: (before?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

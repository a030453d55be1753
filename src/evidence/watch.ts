/**
 * A soak or a monitor: looks at both slots again and again, and judges at each look.
 *
 * 1. What it knows after a look is JSON: another worker goes on with it, and counters tell what happened in between.
 * 2. A candidate that is bad enough fails at once, so that nobody waits for the end of the watch.
 */
import { boundedWatch } from '../domain/bounds.ts';
import type { Finding, MetricName, WatchEvidence } from '../domain/evidence.ts';
import { documentOf, lastWindow, look, newArm, wholeWatch, type Arm } from './arm.ts';
import { judge, reasonOf, verdictOf, type Limits } from './judge.ts';
import { takeSample, type Trouble } from './sampling.ts';
import type { Source, Subject } from './source.ts';

export interface WatchState {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly candidate: Arm;
  readonly stable: Arm | null;
  readonly samples: number;
  /** How many looks in a row a metric was in violation. */
  readonly strikes: Readonly<Partial<Record<MetricName, number>>>;
  /** Why the rest of the watch need not be waited for. */
  readonly failed: readonly Finding[];
  readonly unmeasured: WatchEvidence['unmeasured'];
}

export interface Watch {
  readonly candidate: Subject;
  readonly stable: Subject | null;
  readonly sources: readonly Source[];
  readonly limits: Limits;
  readonly windowMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One look may be at an odd moment. */
const strikesThatFail = 2;
const reasonsKept = 10;
/** An error share that needs no full window to be seen: at least this, of at least so many requests. */
const grave = { errorRate: 0.05, requests: 50 };

export function beginWatch(at: number, hasStable: boolean): WatchState {
  return {
    startedAt: at,
    candidate: newArm,
    stable: hasStable ? newArm : null,
    samples: 0,
    strikes: {},
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
  const at = watch.now();
  const next: WatchState = {
    ...state,
    samples: state.samples + 1,
    candidate: look(state.candidate, candidate.sample, at, watch.windowMs),
    stable: state.stable === null || stable === null ? null : look(state.stable, stable.sample, at, watch.windowMs),
    unmeasured: addTroubles(state.unmeasured, [...candidate.troubles, ...(stable?.troubles ?? [])]),
  };
  return withStrikes(next, violations(watch, next));
}

/** Whether the candidate is so bad that the rest of the watch need not be waited for. */
export function hasFailed({ failed }: WatchState): boolean {
  return failed.length > 0;
}

/** Whether one more look may change the verdict: something is amiss that one look alone does not decide. */
export function isUnsettled({ limits }: Watch, { candidate, strikes }: WatchState): boolean {
  const isUnread = limits.metrics !== 'none' && (candidate.unread === null || candidate.unread.length > 0);
  const isPartial = isUnread || !candidate.statusIsFresh;
  return isPartial || (candidate.status?.looksUnready ?? 0) > 0 || Object.keys(strikes).length > 0;
}

/** The evidence so far, or at the end. */
export function evidenceOf(watch: Watch, state: WatchState): WatchEvidence {
  const { failed, startedAt, samples, unmeasured } = state;
  const arms = { candidate: wholeWatch(state.candidate), stable: state.stable && wholeWatch(state.stable) };
  const overWatch = samples === 0 ? [] : judge(arms, watch.limits, 'watch');
  const findings = [...failed.filter(({ over }) => over === 'window'), ...overWatch];
  return boundedWatch({
    verdict: verdictOf([...failed, ...findings]),
    reason: reasonOf(failed.length > 0 ? failed : findings, watch.limits),
    findings,
    candidate: documentOf(arms.candidate),
    stable: arms.stable && documentOf(arms.stable),
    samples,
    watchedMs: Math.max(0, watch.now() - startedAt),
    unmeasured,
  });
}

/** What is wrong with the candidate at this look. */
function violations({ limits, windowMs }: Watch, state: WatchState): Finding[] {
  const candidate = wholeWatch(state.candidate);
  const overWatch = failing(judge({ candidate, stable: null }, limits, 'watch'));
  const window = lastWindow(state.candidate, windowMs);
  const ofStatus = overWatch.filter(({ metric }) => metric === 'readiness' || metric === 'restarts');
  if (window !== null) {
    const overWindow = failing(judge({ candidate: window, stable: null }, limits, 'window'));
    return [...ofStatus, ...overWindow.filter(({ metric }) => metric !== 'readiness' && metric !== 'restarts')];
  }
  const isGrave = (candidate.errorRate ?? 0) >= grave.errorRate && (candidate.requests ?? 0) >= grave.requests;
  return [...ofStatus, ...(isGrave ? overWatch.filter(({ metric }) => metric === 'error-rate') : [])];
}

function failing(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ verdict }) => verdict === 'fail');
}

function withStrikes(state: WatchState, found: readonly Finding[]): WatchState {
  const strikes = Object.fromEntries(found.map(({ metric }) => [metric, (state.strikes[metric] ?? 0) + 1]));
  const isCertain = ({ metric }: Finding): boolean =>
    // Restarts do not go away, and readiness counts its own looks.
    metric === 'restarts' || metric === 'readiness' || (strikes[metric] ?? 0) >= strikesThatFail;
  return { ...state, strikes, failed: found.filter(isCertain) };
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

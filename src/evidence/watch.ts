/**
 * A soak or a monitor: looks at both slots again and again, and judges at each look.
 *
 * 1. What it knows after a look is JSON: another worker goes on with it, and counters tell what happened in between.
 * 2. A violation that holds for two looks ends the watch at once; a single one may be a scrape that went wrong.
 */
import type { Finding, WatchEvidence } from '../domain/evidence.ts';
import { lastWindow, look, newArm, wholeWatch, type Arm } from './arm.ts';
import { judge, reasonOf, verdictOf, type Limits } from './judge.ts';
import type { Sample, Source, Subject } from './source.ts';

export interface WatchState {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly candidate: Arm;
  readonly stable: Arm | null;
  readonly samples: number;
  /** How many looks in a row the last window was in violation. */
  readonly strikes: number;
  readonly unmeasured: readonly { readonly source: string; readonly reason: string; readonly count: number }[];
}

export interface Watch {
  readonly candidate: Subject;
  readonly stable: Subject | null;
  readonly sources: readonly Source[];
  readonly limits: Limits;
  readonly windowMs: number;
}

const strikesThatFail = 2;
const reasonsKept = 10;
/** An error share that needs no full window to be seen: at least this, over at least so many requests. */
const grave = { errorRate: 0.05, requests: 50 };

export function beginWatch(at: number, hasStable: boolean): WatchState {
  return {
    startedAt: at,
    candidate: newArm,
    stable: hasStable ? newArm : null,
    samples: 0,
    strikes: 0,
    unmeasured: [],
  };
}

/** The state after one more look at both slots at the same time. */
export async function lookAgain(watch: Watch, state: WatchState, signal: AbortSignal): Promise<WatchState> {
  const [candidate, stable] = await Promise.all([
    sampleAll(watch.sources, watch.candidate, signal),
    watch.stable === null ? null : sampleAll(watch.sources, watch.stable, signal),
  ]);
  const at = Date.now();
  const next = {
    ...state,
    samples: state.samples + 1,
    candidate: look(state.candidate, candidate.sample, at, watch.windowMs),
    stable: state.stable === null || stable === null ? null : look(state.stable, stable.sample, at, watch.windowMs),
    unmeasured: addUnmeasured(state.unmeasured, candidate.unmeasured),
  };
  return { ...next, strikes: inViolation(watch, next) ? state.strikes + 1 : 0 };
}

/** Whether the candidate is so bad that the rest of the watch need not be waited for. */
export function hasFailed({ strikes }: WatchState): boolean {
  return strikes >= strikesThatFail;
}

/** The evidence so far, or at the end. */
export function evidenceOf(watch: Watch, state: WatchState, now: number): WatchEvidence {
  const whole = judge(wholeWatch(state.candidate), watch.limits, 'watch');
  const recent = hasFailed(state) ? violations(watch, state) : [];
  const findings: Finding[] = [...recent, ...whole];
  return {
    verdict: state.samples === 0 ? 'insufficient-data' : verdictOf(findings),
    reason: reasonOf(recent.length > 0 ? recent : findings),
    findings,
    candidate: wholeWatch(state.candidate),
    stable: state.stable === null ? null : wholeWatch(state.stable),
    samples: state.samples,
    watchedMs: now - state.startedAt,
    unmeasured: state.unmeasured,
  };
}

function inViolation(watch: Watch, state: WatchState): boolean {
  return violations(watch, state).length > 0;
}

function violations({ limits }: Watch, state: WatchState): Finding[] {
  const recent = lastWindow(state.candidate);
  const failed = judge(recent, limits, 'window').filter(({ verdict }) => verdict === 'fail');
  const { errorRate, requests } = recent;
  const isGrave = errorRate !== null && errorRate >= grave.errorRate && (requests ?? 0) >= grave.requests;
  if (!isGrave || limits.thresholds.errorRate === null || failed.some(({ metric }) => metric === 'error-rate'))
    return failed;
  return [
    ...failed,
    ...judge(recent, { ...limits, minimumRequests: grave.requests }, 'window').filter(
      ({ metric, verdict }) => metric === 'error-rate' && verdict === 'fail',
    ),
  ];
}

interface Sampled {
  readonly sample: Sample;
  readonly unmeasured: readonly { readonly source: string; readonly reason: string }[];
}

async function sampleAll(sources: readonly Source[], subject: Subject, signal: AbortSignal): Promise<Sampled> {
  const readings = await Promise.all(sources.map((source) => read(source, subject, signal)));
  const samples = readings.flatMap(({ reading }) => (reading.kind === 'sample' ? [reading.sample] : []));
  return {
    sample: Object.assign({}, ...samples) as Sample,
    unmeasured: readings.flatMap(({ source, reading }) =>
      reading.kind === 'unmeasured' ? [{ source, reason: reading.reason }] : [],
    ),
  };
}

async function read(source: Source, subject: Subject, signal: AbortSignal) {
  try {
    return { source: source.name, reading: await source.sample(subject, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { source: source.name, reading: { kind: 'unmeasured', reason: reason.slice(0, 300) } as const };
  }
}

function addUnmeasured(known: WatchState['unmeasured'], more: Sampled['unmeasured']): WatchState['unmeasured'] {
  const counts = new Map(known.map((one) => [`${one.source}\n${one.reason}`, one]));
  for (const one of more) {
    const key = `${one.source}\n${one.reason}`;
    const before = counts.get(key);
    if (before === undefined && counts.size >= reasonsKept) continue;
    counts.set(key, { ...one, count: (before?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** What soak and monitor share: one long watch of both slots that another worker can go on with. */
import { setMaxListeners } from 'node:events';
import { deadlines } from '../domain/deadline.ts';
import type { SlotUsage, WatchEvidence } from '../domain/evidence.ts';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import { deploymentId, type Slot } from '../domain/slot.ts';
import type { WatchSpec } from '../domain/spec.ts';
import { inShort } from '../domain/watch-in-short.ts';
import { intervalOf, shortestIntervalMs } from '../domain/watch-looks.ts';
import type { Baseline } from '../evidence/baseline.ts';
import { comparisonOf } from '../evidence/comparison.ts';
import type { StableErrors } from '../evidence/logs/stable-errors.ts';
import { rawLook, type LookOf } from '../evidence/raw-series.ts';
import { sourceInTime } from '../evidence/in-time.ts';
import { fromResume, toResume } from '../evidence/resume.ts';
import { unmeasured, type Source } from '../evidence/source.ts';
import { beginWatch, type Watch, type WatchState } from '../evidence/watch-state.ts';
import { evidenceOf, hasFailed, isUnsettled, lookAgain } from '../evidence/watch.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { inTime } from '../kubernetes/time-limit.ts';
import { pause, report, type Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { logSource, logsPlan } from './log-source.ts';
import { LookLimit } from './look-limit.ts';
import { CheckJobs } from './check-jobs.ts';
import { connectPrometheus, lazily } from './prometheus-server.ts';
import { SlotViews } from './slot-views.ts';
import { watchChecks } from './watch-checks.ts';
import { podsFrom, sourcesOf } from './watch-sources.ts';

export interface WatchRun {
  readonly step: 'soak' | 'monitor';
  readonly target: Target;
  readonly spec: WatchSpec;
  readonly attempt: Attempt;
  readonly views: SlotViews;
  /** Where the pods listen. */
  readonly port: number;
  /** The paths that the worker itself asks of a slot meanwhile; none where it is absent. */
  readonly asked?: (slot: Slot) => readonly string[];
  /** Beside the pods' own metrics and status. */
  readonly sources?: readonly Source[];
  /** What the monitor compares with; null where none was recorded. */
  readonly baseline: Baseline | null;
  /** What a pod of stable used before the cutover, for the monitor; null where it was not measured. */
  readonly stableUsage: SlotUsage | null;
  /** What the soak has found out about the errors in stable's logs, for the monitor; null where it has not. */
  readonly stableErrors: StableErrors | null;
  /** How a baseline is recorded meanwhile; null where it is not. */
  readonly records: Watch['records'];
  /** Rejects where somebody has changed what is watched. */
  readonly inPlace?: () => Promise<void>;
}

/** How many looks a watch takes beyond its end when the last one could not see everything. */
const looksBeyondEnd = 3;
/** These come at least so close after each other. */
const pauseBeyondEndMs = 1_000;

/** What a watch needs to know of the slots before it begins. */
export async function prepareWatch(
  { cluster }: Dependencies,
  target: Target,
): Promise<{ views: SlotViews; port: number }> {
  const { namespace, app } = target.spec;
  const views = new SlotViews((slot: Slot) => readSlot(cluster, { namespace, app, slot }));
  const port = await podPort(cluster, target.spec, await views.read(target.candidateSlot));
  return { views, port };
}

export interface Watched {
  readonly evidence: WatchEvidence;
  readonly state: WatchState;
}

/** Watches until the time is over, or the candidate has failed. */
export async function watchSlots(dependencies: Dependencies, run: WatchRun): Promise<Watched> {
  // Each source of each slot waits for it.
  setMaxListeners(0, run.attempt.signal);
  const jobs = new CheckJobs({ cluster: dependencies.cluster, ...run });
  const limit = new LookLimit();
  const logs = logSource(dependencies, {
    ...run,
    state: () => looking.state,
    isLast: () => Date.now() >= limit.endsAt,
    intervalMs: intervalOf(run.spec),
    took: limit.took,
  });
  const watch = watchOf(dependencies, run, { limit, jobs, logs });
  const looking: Looking = { watch, limit, state: resumed(watch, run) };
  try {
    return await lookUntilOver(dependencies, run, looking);
  } finally {
    await Promise.all([jobs.end(), logs?.end()]);
  }
}

interface Looking {
  readonly watch: Watch;
  readonly limit: LookLimit;
  /** As it is at the moment of a look. */
  state: WatchState;
}

async function lookUntilOver(dependencies: Dependencies, run: WatchRun, looking: Looking): Promise<Watched> {
  const { attempt, views, spec } = run;
  const { watch, limit } = looking;
  limit.endsAt = endOf(spec, looking.state, evidenceOf(watch, looking.state));
  const interval = intervalOf(spec);
  for (let beyondEnd = 0; ;) {
    const lookedAt = Date.now();
    // What is read beside the looks is left out of one that is not known to be the last.
    const mayBeLast = lookedAt >= limit.endsAt;
    views.refresh();
    const before = looking.state;
    const state = await lookAgain(watch, before, attempt.signal);
    looking.state = state;
    dependencies.rawSeries?.append(rawLook(lookOf(run), watch, before, state));
    if (run.inPlace !== undefined) await inTime(run.inPlace(), limit.mostMs(), undefined);
    const evidence = evidenceOf(watch, state);
    const endsAt = limit.looked(Date.now() - lookedAt, endOf(spec, state, evidence));
    if (hasFailed(state)) return { evidence, state };
    if (Date.now() >= endsAt) {
      const isDone = mayBeLast && !isUnsettled(watch, state);
      if (isDone || beyondEnd >= looksBeyondEnd || limit.isOver) return { evidence, state };
      beyondEnd += 1;
    } else beyondEnd = 0;
    tell(run, state, evidence, endsAt);
    const next = lookedAt + (beyondEnd === 0 ? interval : Math.min(interval, pauseBeyondEndMs));
    await pause(
      attempt,
      Math.max(shortestIntervalMs, (endsAt > lookedAt ? Math.min(next, endsAt) : next) - Date.now()),
    );
    attempt.signal.throwIfAborted();
  }
}

/** The evidence of a watch that could not go on before it was over: what was measured before, and that nothing is known now. */
export async function unwatched(
  run: Pick<WatchRun, 'step' | 'target' | 'spec' | 'attempt'>,
  why: string,
): Promise<WatchEvidence> {
  const nobody = { name: 'watch', sample: () => Promise.resolve(unmeasured(why)) };
  const watch = watchFrom({ ...run, baseline: null, stableUsage: null, stableErrors: null, records: null }, [nobody]);
  return evidenceOf(watch, await lookAgain(watch, resumed(watch, run), run.attempt.signal));
}

function lookOf({ step, target: { spec, runId } }: WatchRun): LookOf {
  return { deployment: deploymentId(spec.namespace, spec.app), run: runId, step };
}

function resumed(watch: Watch, { attempt }: Pick<WatchRun, 'attempt'>): WatchState {
  return fromResume(attempt.resume()) ?? beginWatch(watch);
}

interface Beside {
  readonly limit: LookLimit;
  readonly jobs: CheckJobs;
  readonly logs: Source | null;
}

function watchOf(dependencies: Dependencies, run: WatchRun, { limit, jobs, logs }: Beside): Watch {
  const { target, views, sources = [] } = run;
  const prometheus = lazily(() => connectPrometheus(dependencies, target.spec));
  const pods = podsFrom(views);
  const { startedAt = Date.now(), checks: known = {} } = fromResume(run.attempt.resume()) ?? {};
  const checks = watchChecks({ ...run, dependencies, pods, prometheus, jobs, known, startedAt });
  const all = [
    ...sourcesOf(dependencies, { ...run, everyMs: intervalOf(run.spec) }, prometheus),
    ...(checks === null ? [] : [checks]),
    ...sources,
    ...(logs === null ? [] : [logs]),
  ];
  return watchFrom(
    run,
    all.map((source) => sourceInTime(source, limit.mostMs)),
  );
}

function watchFrom(
  run: Pick<WatchRun, 'step' | 'target' | 'spec' | 'baseline' | 'stableUsage' | 'stableErrors' | 'records'>,
  sources: readonly Source[],
): Watch {
  const { step, target, spec: watch, baseline, stableUsage, stableErrors, records } = run;
  const { spec, candidateSlot, stableSlot } = target;
  return {
    candidate: { spec, slot: candidateSlot },
    stable: stableSlot === null ? null : { spec, slot: stableSlot },
    sources,
    checks: watch.checks ?? [],
    limits: {
      thresholds: watch.thresholds,
      minimumRequests: watch.minimumRequests,
      metrics: spec.metrics,
      replacement: deadlines.deploy(spec),
    },
    comparison: comparisonOf({ step, spec, hasStable: stableSlot !== null, baseline }),
    step,
    stableUsage,
    records,
    horizonMs: toMilliseconds(watch.duration) + toMilliseconds(watch.extension),
    logs: logsPlan(step, target, stableErrors),
    now: Date.now,
  };
}

/** The watch is over after its duration; with insufficient data, only after the extension too. */
function endOf({ duration, extension }: WatchSpec, { startedAt }: WatchState, { verdict }: WatchEvidence): number {
  return startedAt + toMilliseconds(duration) + (verdict === 'insufficient-data' ? toMilliseconds(extension) : 0);
}

function tell(
  { step, attempt, target, views, spec }: WatchRun,
  state: WatchState,
  watch: WatchEvidence,
  endsAt: number,
): void {
  const usualEnd = state.startedAt + toMilliseconds(spec.duration);
  // Too little data at first is no reason to expect the extension.
  const expectedAt = Date.now() < usualEnd ? usualEnd : endsAt;
  const left = formatDuration(Math.max(0, expectedAt - Date.now()));
  const isExtended = expectedAt > usualEnd;
  const toGo = isExtended ? `${left} of the extension to go, at most` : `${left} to go`;
  const candidate = views.last(target.candidateSlot)?.state;
  const stable = target.stableSlot === null ? undefined : views.last(target.stableSlot)?.state;
  const progress = {
    summary: `${toGo}; ${watch.verdict === 'pass' ? 'good so far: ' : ''}${inShort(watch)}`,
    watch,
    expectedAt: new Date(expectedAt).toISOString(),
    ...(isExtended ? { isExtended } : {}),
    ...(candidate === undefined ? {} : { candidate }),
    ...(stable === undefined ? {} : { stable }),
  };
  report(attempt, step, progress, toResume(state));
}

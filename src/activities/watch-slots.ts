/** What soak and monitor share: one long watch of both slots that another worker can go on with. */
import type { WatchEvidence } from '../domain/evidence.ts';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import type { Slot } from '../domain/slot.ts';
import type { WatchSpec } from '../domain/spec.ts';
import { podsMetrics } from '../evidence/pods-metrics.ts';
import { podsStatus } from '../evidence/pods-status.ts';
import { fromResume, toResume } from '../evidence/resume.ts';
import type { Source } from '../evidence/source.ts';
import {
  beginWatch,
  evidenceOf,
  hasFailed,
  isUnsettled,
  lookAgain,
  type Watch,
  type WatchState,
} from '../evidence/watch.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { pause, report, type Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { SlotViews } from './slot-views.ts';

export interface WatchRun {
  readonly step: 'soak' | 'monitor';
  readonly target: Target;
  readonly spec: WatchSpec;
  readonly attempt: Attempt;
  readonly views: SlotViews;
  /** Where the pods listen. */
  readonly port: number;
  /** Beside the pods' own metrics and status. */
  readonly sources?: readonly Source[];
  /** Rejects where somebody has changed what is watched. */
  readonly inPlace?: () => Promise<void>;
}

/** The shortest time between two looks, whatever the spec says: each asks every pod. */
const shortestIntervalMs = 200;
/** How many looks a watch takes beyond its end when the last one could not see everything. */
const looksBeyondEnd = 3;

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

/** Watches until the time is over, or the candidate has failed. */
export async function watchSlots(dependencies: Dependencies, run: WatchRun): Promise<WatchEvidence> {
  const { target, attempt, views, spec } = run;
  const watch = watchOf(dependencies, run);
  let state = fromResume(attempt.resume()) ?? beginWatch(Date.now(), target.stableSlot !== null);
  const interval = Math.max(shortestIntervalMs, toMilliseconds(spec.interval));
  for (let beyondEnd = 0; ;) {
    const lookedAt = Date.now();
    views.refresh();
    state = await lookAgain(watch, state, attempt.signal);
    await run.inPlace?.();
    const evidence = evidenceOf(watch, state);
    const endsAt = endOf(spec, state, evidence);
    if (hasFailed(state)) return evidence;
    if (Date.now() >= endsAt) {
      if (!isUnsettled(watch, state) || beyondEnd >= looksBeyondEnd) return evidence;
      beyondEnd += 1;
    }
    tell(run, state, evidence, endsAt);
    const next = lookedAt + interval;
    await pause(
      attempt,
      Math.max(shortestIntervalMs, (endsAt > lookedAt ? Math.min(next, endsAt) : next) - Date.now()),
    );
    attempt.signal.throwIfAborted();
  }
}

function watchOf({ access }: Dependencies, { target, spec: watch, views, port, sources = [] }: WatchRun): Watch {
  const { spec, candidateSlot, stableSlot } = target;
  const { metrics } = spec;
  const way = access[spec.access];
  const pods = async ({ slot }: { slot: Slot }) => (await views.read(slot))?.pods ?? [];
  return {
    candidate: { spec, slot: candidateSlot },
    stable: stableSlot === null ? null : { spec, slot: stableSlot },
    sources: [
      podsStatus(({ slot }) => views.read(slot)),
      ...(metrics === 'none' ? [] : [podsMetrics({ way, metrics, pods, port }), ...sources]),
    ],
    limits: { thresholds: watch.thresholds, minimumRequests: watch.minimumRequests, metrics },
    windowMs: toMilliseconds(watch.window),
    now: Date.now,
  };
}

/** The watch is over after its duration; with insufficient data, only after the extension too. */
function endOf({ duration, extension }: WatchSpec, { startedAt }: WatchState, { verdict }: WatchEvidence): number {
  return startedAt + toMilliseconds(duration) + (verdict === 'insufficient-data' ? toMilliseconds(extension) : 0);
}

function tell(
  { step, attempt, target, views }: WatchRun,
  state: WatchState,
  watch: WatchEvidence,
  endsAt: number,
): void {
  const candidate = views.last(target.candidateSlot)?.state;
  const stable = target.stableSlot === null ? undefined : views.last(target.stableSlot)?.state;
  const progress = {
    summary: `${formatDuration(Math.max(0, endsAt - Date.now()))} to go; ${watch.reason}`,
    watch,
    expectedAt: new Date(endsAt).toISOString(),
    ...(candidate === undefined ? {} : { candidate }),
    ...(stable === undefined ? {} : { stable }),
  };
  report(attempt, step, progress, toResume(state));
}

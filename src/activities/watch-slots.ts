/** What soak and monitor share: one long watch of both slots that another worker can go on with. */
import type { WatchEvidence } from '../domain/evidence.ts';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import type { Slot } from '../domain/slot.ts';
import type { WatchSpec } from '../domain/spec.ts';
import { podsMetrics } from '../evidence/pods-metrics.ts';
import { podsStatus } from '../evidence/pods-status.ts';
import type { Source, Subject } from '../evidence/source.ts';
import { beginWatch, evidenceOf, hasFailed, lookAgain, type Watch, type WatchState } from '../evidence/watch.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot, type SlotView } from '../kubernetes/slot.ts';
import { pause, type Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './index.ts';

export interface WatchRun {
  readonly step: 'soak' | 'monitor';
  readonly target: Target;
  readonly watch: WatchSpec;
  readonly attempt: Attempt;
  /** Told the slots as they were last seen, by which traffic finds the pods. */
  readonly onSlots?: (slots: ReadonlyMap<Slot, SlotView>) => void;
}

/** Watches until the time is over, or the candidate has failed. */
export async function watchSlots(dependencies: Dependencies, run: WatchRun): Promise<WatchEvidence> {
  const { target, attempt } = run;
  const seen = new Map<Slot, SlotView>();
  const watch = await prepare(dependencies, run, seen);
  let state = resumed(attempt.resume()) ?? beginWatch(Date.now(), target.stableSlot !== null);
  const interval = toMilliseconds(run.watch.interval);
  for (;;) {
    const lookedAt = Date.now();
    state = await lookAgain(watch, state, attempt.signal);
    run.onSlots?.(seen);
    const evidence = evidenceOf(watch, state, Date.now());
    const endsAt = endOf(run.watch, state, evidence);
    if (hasFailed(state) || Date.now() >= endsAt) return evidence;
    tell(run, state, evidence, seen, endsAt);
    await pause(attempt, Math.min(lookedAt + interval, endsAt) - Date.now());
    attempt.signal.throwIfAborted();
  }
}

async function prepare(
  { cluster, access }: Dependencies,
  { target, watch }: WatchRun,
  seen: Map<Slot, SlotView>,
): Promise<Watch> {
  const { spec } = target;
  const read = async ({ slot }: Subject): Promise<SlotView | null> => {
    const view = await readSlot(cluster, { namespace: spec.namespace, app: spec.app, slot });
    if (view !== null) seen.set(slot, view);
    return view;
  };
  const candidate = { spec, slot: target.candidateSlot };
  const port = await podPort(cluster, spec, await read(candidate));
  const pods = async (subject: Subject) => (await read(subject))?.pods ?? [];
  const way = access.way(spec.access);
  const sources: Source[] = [podsStatus(read)];
  if (spec.metrics !== 'none') sources.push(podsMetrics({ way, metrics: spec.metrics, pods, port }));
  return {
    candidate,
    stable: target.stableSlot === null ? null : { spec, slot: target.stableSlot },
    sources,
    limits: { thresholds: watch.thresholds, minimumRequests: watch.minimumRequests, metrics: spec.metrics },
    windowMs: toMilliseconds(watch.window),
  };
}

/** The watch is over after its duration; with insufficient data, only after the extension too. */
function endOf(watch: WatchSpec, { startedAt }: WatchState, { verdict }: WatchEvidence): number {
  const extension = verdict === 'insufficient-data' ? toMilliseconds(watch.extension) : 0;
  return startedAt + toMilliseconds(watch.duration) + extension;
}

function tell(
  { step, attempt, target }: WatchRun,
  state: WatchState,
  watch: WatchEvidence,
  seen: ReadonlyMap<Slot, SlotView>,
  endsAt: number,
): void {
  const candidate = seen.get(target.candidateSlot)?.state;
  const stable = target.stableSlot === null ? undefined : seen.get(target.stableSlot)?.state;
  const left = formatDuration(Math.max(0, endsAt - Date.now()));
  attempt.heartbeat({
    progress: {
      step,
      summary: `${watch.reason.slice(0, 400)}; ${left} to go`,
      at: new Date().toISOString(),
      watch,
      expectedAt: new Date(endsAt).toISOString(),
      ...(candidate === undefined ? {} : { candidate }),
      ...(stable === undefined ? {} : { stable }),
    },
    resume: state,
  });
}

/** What an earlier attempt knew; null where there was none, or it is not to be understood. */
function resumed(details: unknown): WatchState | null {
  if (typeof details !== 'object' || details === null) return null;
  const isWatch = 'startedAt' in details && 'candidate' in details && 'samples' in details && 'strikes' in details;
  return isWatch ? (details as WatchState) : null;
}

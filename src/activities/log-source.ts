/** Where a watch gets the logs of both slots from. */
import { toMilliseconds } from '../domain/duration.ts';
import { allowList } from '../evidence/logs/allow-list.ts';
import type { StableErrors } from '../evidence/logs/stable-errors.ts';
import { BackgroundSource } from '../evidence/background-source.ts';
import { podsLogs } from '../evidence/pods-logs.ts';
import type { Reading } from '../evidence/source.ts';
import type { LogsPlan, WatchState } from '../evidence/watch-state.ts';
import type { Slot } from '../domain/slot.ts';
import type { LogsSpec } from '../domain/spec.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import type { SlotViews } from './slot-views.ts';

/** After the cutover stable has no users whose errors it could log: what it logged before is what tells. */
const comparedWith = { soak: 'stable', monitor: 'baseline' } as const;

export function logsPlan(step: 'soak' | 'monitor', target: Target, known: StableErrors | null): LogsPlan | undefined {
  return logsOf(target) === null ? undefined : { against: comparedWith[step], known };
}

export interface LogReading {
  readonly target: Target;
  readonly views: SlotViews;
  /** What the soak has found out about stable, for the monitor; null where it has not. */
  readonly stableErrors: StableErrors | null;
  /** Of the watch, which remembers how far the logs were read. */
  readonly state: () => WatchState;
  /** Whether this may be its last look. */
  readonly isLast: () => boolean;
  /** Between two looks. */
  readonly intervalMs: number;
  /** Told for how long the logs were read. */
  readonly took: (ms: number) => void;
}

/** A look may take so much longer because of the logs, whatever they hold. */
const patience = { share: 0.2, mostMs: 1_000 } as const;
/** A slot of many pods, minutes of whose logs are read at first. */
const longestReadingMs = 30_000;

/** null where the spec wants none. It is to be ended with the watch. */
export function logSource({ cluster }: Dependencies, reading: LogReading): BackgroundSource | null {
  const { target, views, stableErrors, state, isLast, intervalMs, took } = reading;
  const logs = logsOf(target);
  if (logs === null) return null;
  const baselineMs = toMilliseconds(logs.baseline);
  const isStable = (slot: string): boolean => slot === target.stableSlot;
  const source = podsLogs({
    cluster,
    view: ({ slot }) => views.read(slot),
    container: logs.container,
    allows: allowList(logs.allow),
    cursors: ({ slot }) => state().logs?.[isStable(slot) ? 'stable' : 'candidate']?.cursors ?? {},
    from: ({ slot }) => {
      const { startedAt } = state();
      // What the soak has read is known.
      return isStable(slot) ? Math.max(startedAt - baselineMs, stableErrors?.readAt ?? 0) : startedAt;
    },
    // Of stable, more is known of what is ordinary.
    countsStarts: ({ slot }) => isStable(slot),
    // The candidate has answered to the warm-up and to the smoke checks, and stable has not.
    isBefore: ({ slot }) => !isStable(slot) && state().samples === 0,
    now: Date.now,
  });
  const later: Reading = { kind: 'sample', sample: { logs: 'later' } };
  return new BackgroundSource(source, {
    subjects: slotsOf(target).map((slot) => ({ spec: target.spec, slot })),
    look: () => state().samples,
    isLast,
    later,
    patienceMs: Math.min(patience.mostMs, intervalMs * patience.share),
    mostMs: longestReadingMs,
    took,
    now: Date.now,
  });
}

function slotsOf({ candidateSlot, stableSlot }: Target): Slot[] {
  return stableSlot === null ? [candidateSlot] : [candidateSlot, stableSlot];
}

function logsOf({ spec }: Target): Exclude<LogsSpec, 'none'> | null {
  // Absent in a deployment that was begun with an older worker.
  const logs: LogsSpec | undefined = spec.logs;
  return logs === undefined || logs === 'none' ? null : logs;
}

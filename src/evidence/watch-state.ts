/** What a watch is about, and what it knows after a look: JSON, so that another worker can go on with it. */
import type { Finding, SlotUsage, WatchEvidence } from '../domain/evidence.ts';
import type { WatchCheck } from '../domain/spec.ts';
import { newArm, type Arm } from './arm.ts';
import { newRecording, type BaselineRecording } from './baseline.ts';
import type { ChecksState } from './checks/state.ts';
import { beginComparison, type ComparisonState, type WatchComparison } from './comparison.ts';
import type { Limits } from './judge.ts';
import type { ComparedLogs } from './logs/frequency.ts';
import type { LogsState } from './logs/log-state.ts';
import type { StableErrors } from './logs/stable-errors.ts';
import { noObservations, type Observations } from './observations.ts';
import { newSeries, type Series } from './series.ts';
import type { Source, Subject } from './source.ts';

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
  /** Absent where the spec says `logs: none`. */
  readonly logs?: LogsPlan | undefined;
  /** Beside the limits; none where it is absent. */
  readonly checks?: readonly WatchCheck[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the logs of the candidate are compared with. */
export interface LogsPlan {
  readonly against: ComparedLogs;
  /** What the soak has found out about stable, for the monitor; null where it has not. */
  readonly known: StableErrors | null;
}

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

/** Each look of a watch as it was counted, for whoever wants more than the summary that the state document keeps. */
import { between, type Arm } from './arm.ts';
import type { Totals } from './counters.ts';
import type { Watch, WatchState } from './watch-state.ts';

/** One line of a file: JSON. */
export interface RawLook {
  /** `<namespace>/<app>`. */
  readonly deployment: string;
  readonly run: string;
  readonly step: 'soak' | 'monitor';
  /** ISO 8601. */
  readonly at: string;
  /** 1 for the first look of the watch. */
  readonly look: number;
  readonly candidate: RawSlot;
  readonly stable: RawSlot | null;
}

/** What one slot did since the look before; null where that is not known. Buckets are cumulative, by upper bound in seconds. */
export interface RawSlot {
  readonly slot: string;
  /** By the pods' own metrics. */
  readonly pods: Totals | null;
  /** By the answers to the worker's probes. */
  readonly probes: Totals | null;
  readonly readyPods: number | null;
  readonly desiredPods: number | null;
}

/** Where looks are kept. Never throws and never waits: what becomes of a look is no matter of the watch. */
export interface RawSeries {
  readonly append: (look: RawLook) => void;
}

export interface LookOf {
  readonly deployment: string;
  readonly run: string;
  readonly step: 'soak' | 'monitor';
}

export function rawLook(of: LookOf, watch: Watch, before: WatchState, after: WatchState): RawLook {
  const { candidate, stable, now } = watch;
  return {
    ...of,
    at: new Date(now()).toISOString(),
    look: after.samples,
    candidate: rawSlot(candidate.slot, before.candidate, after.candidate),
    stable:
      stable === null || before.stable === null || after.stable === null
        ? null
        : rawSlot(stable.slot, before.stable, after.stable),
  };
}

function rawSlot(slot: string, before: Arm, after: Arm): RawSlot {
  const status = after.statusIsFresh ? after.status : null;
  return {
    slot,
    pods: between(before.counters, after.counters),
    probes: between(before.probes, after.probes),
    readyPods: status?.ready ?? null,
    desiredPods: status?.desired ?? null,
  };
}

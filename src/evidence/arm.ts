/** One slot under watch: what happened in it since the watch began. Pure. */
import type { SlotMeasurement } from '../domain/evidence.ts';
import { beginCounting, count, subtractTotals, type CounterState, type Totals } from './counters.ts';
import { quantile } from './histogram.ts';
import type { PodsStatus, Sample } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface Arm {
  readonly counters: CounterState | null;
  /** The answers to the worker's own probes. */
  readonly probes: CounterState | null;
  /** The pods whose counters the last look could not read; null when it could read none at all. */
  readonly unread: readonly string[] | null;
  /** null until the status of the pods was read. */
  readonly status: ArmStatus | null;
  /** Whether the last look could read the status. */
  readonly statusIsFresh: boolean;
}

export interface ArmStatus {
  readonly ready: number;
  /** The fewest pods that were desired since the watch began: pods that are added need time to become ready. */
  readonly desired: number;
  /** How many looks in a row saw fewer ready pods than that. */
  readonly looksUnready: number;
  /** Restarts of each pod that had any: when it was first seen, and now. */
  readonly restarts: Readonly<Record<string, readonly [first: number, now: number]>>;
  /** Restarts during the watch of pods that are gone. */
  readonly restartsOfGone: number;
}

/** What a look saw of both slots. */
export interface Look {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly candidate: Sample;
  /** null where there is no stable slot. */
  readonly stable: Sample | null;
  /** Both slots with this look. */
  readonly arms: { readonly candidate: Arm; readonly stable: Arm | null };
}

/** A measurement with what is needed to judge it. */
export interface Measured extends SlotMeasurement {
  /** Why the requests were not counted, or not those of every pod; null when they were. */
  readonly countersGap: string | null;
  /** Why the status of the pods is not known; null when it is. */
  readonly statusGap: string | null;
  readonly looksUnready: number;
  /** The quantiles that are above what the histogram can tell: their value is a lower limit. */
  readonly atLeast: readonly ('p95' | 'p99')[];
}

export const newArm: Arm = { counters: null, probes: null, unread: null, status: null, statusIsFresh: false };

/** The arm after one more look. */
export function look(arm: Arm, sample: Sample): Arm {
  const { counters, probes, pods } = sample;
  return {
    // Before it is known which pods there are, those that are read first would look as if they had only just begun.
    counters: arm.counters === null && pods === undefined ? null : countedAfter(arm.counters, counters, pods?.uids),
    // An earlier run of them is over, and would only make the heartbeat longer.
    probes: countedAfter(arm.probes, probes, Object.keys(probes ?? {})),
    unread: sample.unread ?? null,
    status: pods === undefined ? arm.status : statusAfter(arm.status, pods),
    statusIsFresh: pods !== undefined,
  };
}

function countedAfter(
  before: CounterState | null,
  counters: Sample['counters'],
  present?: readonly string[],
): CounterState | null {
  if (counters === undefined) return before;
  return before === null ? beginCounting(counters, present) : count(before, counters, present);
}

/** What was counted between two looks; null where it was not counted at both. */
export function between(before: CounterState | null, after: CounterState | null): Totals | null {
  return before === null || after === null ? null : subtractTotals(after.totals, before.totals);
}

function statusAfter(before: ArmStatus | null, { ready, desired, uids, restarts }: PodsStatus): ArmStatus {
  const fewest = Math.min(before?.desired ?? desired, desired);
  const present = new Set(uids);
  const gone = Object.entries(before?.restarts ?? {}).filter(([uid]) => !present.has(uid));
  return {
    ready,
    desired: fewest,
    looksUnready: ready < fewest || fewest === 0 ? (before?.looksUnready ?? 0) + 1 : 0,
    restarts: Object.fromEntries(
      Object.entries(restarts).map(([uid, now]) => {
        // A pod that the first look did not see restarted within the watch, as often as it ever did.
        const first = before === null ? now : (before.restarts[uid]?.[0] ?? 0);
        return [uid, [first, now]] as const;
      }),
    ),
    restartsOfGone: (before?.restartsOfGone ?? 0) + sumOf(gone.map(([, seen]) => seen)),
  };
}

/** What the slot did since the watch began. */
export function wholeWatch(arm: Arm): Measured {
  return measure(arm, arm.counters?.totals ?? null);
}

/** The measurement as the state document shows it. */
export function documentOf(measured: Measured): SlotMeasurement {
  const { requests, errors, errorRate, p95Ms, p99Ms, restarts, readyPods, desiredPods } = measured;
  return { requests, errors, errorRate, p95Ms, p99Ms, restarts, readyPods, desiredPods };
}

function measure({ unread, status, statusIsFresh }: Arm, totals: Totals | null): Measured {
  const p95 = totals === null ? null : quantile(totals.latency, 0.95);
  const p99 = totals === null ? null : quantile(totals.latency, 0.99);
  const atLeast = [
    ...(p95?.isAtLeast === true ? ['p95' as const] : []),
    ...(p99?.isAtLeast === true ? ['p99' as const] : []),
  ];
  return {
    requests: totals?.requests ?? null,
    errors: totals?.errors ?? null,
    errorRate: totals === null || totals.requests === 0 ? null : totals.errors / totals.requests,
    p95Ms: p95 === null ? null : milliseconds(p95.value),
    p99Ms: p99 === null ? null : milliseconds(p99.value),
    restarts: sumOf(Object.values(status?.restarts ?? {})) + (status?.restartsOfGone ?? 0),
    readyPods: status?.ready ?? 0,
    desiredPods: status?.desired ?? 0,
    countersGap: gapOf(unread, totals),
    statusGap: status !== null && statusIsFresh ? null : 'the status of the pods could not be read',
    looksUnready: status?.looksUnready ?? 0,
    atLeast,
  };
}

function gapOf(unread: Arm['unread'], totals: Totals | null): string | null {
  if (totals === null || unread === null) return 'the metrics of the pods could not be read';
  if (unread.length === 0) return null;
  return `the metrics of ${unread.length === 1 ? '1 pod' : `${unread.length} pods`} could not be read`;
}

function sumOf(restarts: readonly (readonly [first: number, now: number])[]): number {
  return restarts.reduce((sum, [first, now]) => sum + Math.max(0, now - first), 0);
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

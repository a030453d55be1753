/** One slot under watch: what happened in it since the watch began. Pure. */
import type { SlotMeasurement } from '../domain/evidence.ts';
import { beginCounting, count, subtractTotals, type CounterState, type Totals } from './counters.ts';
import { observations, quantile, subtractBuckets, type Buckets } from './histogram.ts';
import type { PodsStatus, Sample } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface Arm {
  readonly counters: CounterState | null;
  /** What the pods had counted when connections and caches were new: of their latency, that says nothing. */
  readonly unsettled: Buckets;
  /** The answers to the worker's own probes. */
  readonly probes: CounterState | null;
  /** The pods whose counters the last look could not read; null when it could read none at all. */
  readonly unread: readonly string[] | null;
  /** Why one of them could not be read; null where it is not known. */
  readonly unreadWhy: string | null;
  /** null until the status of the pods was read. */
  readonly status: ArmStatus | null;
  /** Whether the last look could read the status. */
  readonly statusIsFresh: boolean;
}

export interface ArmStatus {
  readonly ready: number;
  /** The fewest pods that were desired since the watch began: pods that are added need time to become ready. */
  readonly desired: number;
  /** How many looks in a row saw fewer ready pods than that, for which the slot has to answer. */
  readonly looksUnready: number;
  /** Pods that were taken away, and others that are not ready yet in their place; null where all that are missing failed, or none is. */
  readonly replacing: { readonly since: number; readonly forMs: number } | null;
  /** How many evicted pods were there when last none was missing. */
  readonly evicted: number;
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
  /** About how many of the requests are no user's, where they cannot be told. */
  readonly explained: number;
  /** Why the status of the pods is not known; null when it is. */
  readonly statusGap: string | null;
  readonly looksUnready: number;
  /** For how long pods have been missing that are being replaced; null where none is. */
  readonly replacingForMs: number | null;
  /** Why there are no quantiles, where there are none. */
  readonly latencyGap: string;
  /** The quantiles that are above what the histogram can tell: their value is a lower limit. */
  readonly atLeast: readonly ('p95' | 'p99')[];
}

export const newArm: Arm = {
  counters: null,
  unsettled: {},
  probes: null,
  unread: null,
  unreadWhy: null,
  status: null,
  statusIsFresh: false,
};

export interface LookTime {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether connections and caches are new. */
  readonly isSettling: boolean;
}

/** The arm after one more look. */
export function look(arm: Arm, sample: Sample, { at, isSettling }: LookTime): Arm {
  const { probes, pods } = sample;
  // Before it is known which pods there are, those that are read first would look as if they had only just begun.
  const isTooSoon = arm.counters === null && pods === undefined;
  const counters = isTooSoon ? null : countedAfter(arm.counters, sample.counters, pods?.uids);
  return {
    counters,
    unsettled: isSettling ? (counters?.totals.latency ?? {}) : arm.unsettled,
    // An earlier run of them is over, and would only make the heartbeat longer.
    probes: countedAfter(arm.probes, probes, Object.keys(probes ?? {})),
    unread: sample.unread ?? null,
    unreadWhy: sample.unreadWhy ?? null,
    status: pods === undefined ? arm.status : statusAfter(arm.status, pods, at),
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

/** What its pods counted since connections and caches were new no more. */
export function settledLatency({ counters, unsettled }: Arm): Buckets {
  return subtractBuckets(counters?.totals.latency ?? {}, unsettled);
}

/** Whether the last look that saw its pods found too few of them ready. */
export function isShort({ status }: Arm): boolean {
  return status !== null && (status.looksUnready > 0 || status.replacing !== null);
}

/** What was counted between two looks; null where it was not counted at both. */
export function between(before: CounterState | null, after: CounterState | null): Totals | null {
  return before === null || after === null ? null : subtractTotals(after.totals, before.totals);
}

function statusAfter(before: ArmStatus | null, pods: PodsStatus, at: number): ArmStatus {
  const { ready, desired, uids, restarts } = pods;
  const fewest = Math.min(before?.desired ?? desired, desired);
  const missing = missingPods(before, pods, fewest);
  const since = before?.replacing?.since ?? at;
  const present = new Set(uids);
  const gone = Object.entries(before?.restarts ?? {}).filter(([uid]) => !present.has(uid));
  return {
    ready,
    desired: fewest,
    looksUnready: missing === 'failed' ? (before?.looksUnready ?? 0) + 1 : 0,
    replacing: missing === 'replaced' ? { since, forMs: at - since } : null,
    evicted: missing === 'none' ? (pods.evicted ?? 0) : (before?.evicted ?? 0),
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

/**
 * Why pods are missing. Those that an operator, a drain or a preemption takes away are not the slot's fault, and their successors
 * need time; a pod that stays and is not ready is, and so is one that its node has evicted. A slot without any ready pod is
 * no good, whosever fault it is.
 */
function missingPods(
  before: ArmStatus | null,
  { ready, failing, evicted = 0 }: PodsStatus,
  fewest: number,
): 'none' | 'replaced' | 'failed' {
  if (ready >= fewest && fewest > 0) return 'none';
  const isOwnFault = failing !== 0 || evicted > (before?.evicted ?? 0);
  return ready === 0 || isOwnFault ? 'failed' : 'replaced';
}

/** What the slot did since the watch began. */
export function wholeWatch(arm: Arm): Measured {
  const totals = arm.counters?.totals ?? null;
  return measure(arm, totals && { ...totals, latency: settledLatency(arm) });
}

/** The measurement as the state document shows it. */
export function documentOf(measured: Measured): SlotMeasurement {
  const { requests, errors, errorRate, p95Ms, p99Ms, restarts, readyPods, desiredPods } = measured;
  return { requests, errors, errorRate, p95Ms, p99Ms, restarts, readyPods, desiredPods };
}

function measure(arm: Arm, totals: Totals | null): Measured {
  const { status, statusIsFresh, unsettled } = arm;
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
    countersGap: gapOf(arm, totals),
    explained: totals?.explained ?? 0,
    statusGap: status !== null && statusIsFresh ? null : 'the status of the pods could not be read',
    looksUnready: status?.looksUnready ?? 0,
    replacingForMs: status?.replacing?.forMs ?? null,
    latencyGap:
      observations(unsettled) > 0
        ? 'there were requests only while connections and caches were new'
        : 'the pods expose no such histogram of latency',
    atLeast,
  };
}

function gapOf({ unread, unreadWhy }: Arm, totals: Totals | null): string | null {
  const why = unreadWhy === null ? '' : ` (${unreadWhy})`;
  if (totals === null || unread === null) return `the metrics of the pods could not be read${why}`;
  if (unread.length === 0) return null;
  return `the metrics of ${unread.length === 1 ? '1 pod' : `${unread.length} pods`} could not be read${why}`;
}

function sumOf(restarts: readonly (readonly [first: number, now: number])[]): number {
  return restarts.reduce((sum, [first, now]) => sum + Math.max(0, now - first), 0);
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

/** One slot under watch: what happened in it since the watch began, and within its last window. Pure. */
import type { SlotMeasurement } from '../domain/evidence.ts';
import { beginCounting, count, noTotals, subtractTotals, type CounterState, type Totals } from './counters.ts';
import { quantile } from './histogram.ts';
import type { Sample } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface Arm {
  readonly counters: CounterState | null;
  /** Totals at each look within the window, oldest first. */
  readonly recent: readonly { readonly at: number; readonly totals: Totals }[];
  /** Restarts of each pod when it was first seen, and now. */
  readonly restarts: Readonly<Record<string, readonly [first: number, now: number]>>;
  readonly ready: number;
  readonly desired: number;
}

export const newArm: Arm = { counters: null, recent: [], restarts: {}, ready: 0, desired: 0 };

/** The arm after one more look at `at` (milliseconds), keeping looks for `windowMs`. */
export function look(arm: Arm, sample: Sample, at: number, windowMs: number): Arm {
  const counters =
    sample.counters === undefined
      ? arm.counters
      : arm.counters === null
        ? beginCounting(sample.counters)
        : count(arm.counters, sample.counters);
  const totals = counters?.totals ?? noTotals;
  const known = [...arm.recent, { at, totals }];
  // The last look before the window is kept: it is where the window begins.
  const first = known.findLastIndex((one) => one.at <= at - windowMs);
  const restarts = { ...arm.restarts };
  for (const [uid, now] of Object.entries(sample.pods?.restarts ?? {}))
    restarts[uid] = [restarts[uid]?.[0] ?? now, now];
  return {
    counters,
    recent: known.slice(Math.max(0, first)),
    restarts,
    ready: sample.pods?.ready ?? arm.ready,
    desired: sample.pods?.desired ?? arm.desired,
  };
}

/** What the slot did since the watch began. */
export function wholeWatch(arm: Arm): SlotMeasurement {
  return measure(arm, arm.counters?.totals ?? null);
}

/** What it did within the last window. */
export function lastWindow(arm: Arm): SlotMeasurement {
  const from = arm.recent[0]?.totals;
  const now = arm.counters?.totals;
  return measure(arm, now === undefined || from === undefined ? null : subtractTotals(now, from));
}

function measure(arm: Arm, totals: Totals | null): SlotMeasurement {
  const milliseconds = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1_000);
  return {
    requests: totals?.requests ?? null,
    errors: totals?.errors ?? null,
    errorRate: totals === null || totals.requests === 0 ? null : totals.errors / totals.requests,
    p95Ms: totals === null ? null : milliseconds(quantile(totals.latency, 0.95)),
    p99Ms: totals === null ? null : milliseconds(quantile(totals.latency, 0.99)),
    restarts: Object.values(arm.restarts).reduce((sum, [first, now]) => sum + Math.max(0, now - first), 0),
    readyPods: arm.ready,
    desiredPods: arm.desired,
  };
}

/**
 * Counting what happened in a slot from counters that pods keep: they begin at 0 with each pod and each restart. Pure, and
 * small enough for a heartbeat.
 *
 * 1. A delta is never negative: a counter that fell was reset, and counts from 0.
 * 2. A pod that is seen for the first time in the middle of a watch counts from 0, since it began within it.
 */
import { addBuckets, type Buckets } from './histogram.ts';

/** What one pod's counters say, cumulative since the pod's process began. */
export interface PodCounters {
  readonly requests: number;
  readonly errors: number;
  /** By upper bound in seconds; empty where the pod exposes no histogram. */
  readonly latency: Buckets;
}

export interface Totals {
  readonly requests: number;
  readonly errors: number;
  readonly latency: Buckets;
}

export interface CounterState {
  /** The last counters of each pod, by its uid. */
  readonly last: Readonly<Record<string, PodCounters>>;
  readonly totals: Totals;
}

export const noTotals: Totals = { requests: 0, errors: 0, latency: {} };

/** Begins to count: what the pods have counted so far is from before. */
export function beginCounting(pods: Readonly<Record<string, PodCounters>>): CounterState {
  return { last: pods, totals: noTotals };
}

/** Adds what happened since the last look. Pods that are missing keep their last counters: they may only be late. */
export function count(state: CounterState, pods: Readonly<Record<string, PodCounters>>): CounterState {
  let { totals } = state;
  for (const [uid, now] of Object.entries(pods)) totals = addTotals(totals, delta(state.last[uid], now));
  return { last: { ...state.last, ...pods }, totals };
}

export function addTotals(a: Totals, b: Totals): Totals {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors, latency: addBuckets(a.latency, b.latency) };
}

/** What is in `a` and not in `b`, where `b` is an earlier state of the same totals. */
export function subtractTotals(a: Totals, b: Totals): Totals {
  const latency = Object.fromEntries(
    Object.entries(a.latency).map(([bound, value]) => [bound, value - (b.latency[bound] ?? 0)]),
  );
  return { requests: a.requests - b.requests, errors: a.errors - b.errors, latency };
}

function delta(before: PodCounters | undefined, now: PodCounters): Totals {
  if (before === undefined) return now;
  // One reset resets them all: the process is a new one.
  const wasReset = now.requests < before.requests || totalOf(now.latency) < totalOf(before.latency);
  return wasReset ? now : subtractTotals(now, { ...before, errors: Math.min(before.errors, now.errors) });
}

function totalOf(latency: Buckets): number {
  return Math.max(0, ...Object.values(latency));
}

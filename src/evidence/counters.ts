/**
 * Counting what happened in a slot from counters that pods keep: they begin at 0 with each pod and each restart. Pure, and
 * small enough for a heartbeat.
 *
 * 1. A delta is never negative: a counter that fell was reset, and counts from 0.
 * 2. A pod that did not exist when counting began counts from 0; one that did, and was only not read then, from when it is
 *    first read.
 */
import { addBuckets, observations, subtractBuckets, type Buckets } from './histogram.ts';

export interface Totals {
  readonly requests: number;
  readonly errors: number;
  /** By upper bound in seconds; empty where there is no histogram. */
  readonly latency: Buckets;
  /** How many of the requests were no user's, but Kubernetes' own probes or looks at the metrics; absent where none can be told. */
  readonly background?: number;
}

/** What one pod's counters say, cumulative since the pod's process began. */
export interface PodCounters extends Totals {
  /** When the process began, in seconds since the epoch, where the pod exposes it: it tells resets for certain. */
  readonly startedAt?: number;
}

export interface CounterState {
  /** The last counters of each pod, by its uid. */
  readonly last: Readonly<Record<string, PodCounters>>;
  /** The pods that existed when counting began and have not been read yet. */
  readonly pending: readonly string[];
  readonly totals: Totals;
}

export const noTotals: Totals = { requests: 0, errors: 0, latency: {} };

/** Begins to count: what the pods have counted so far is from before. `present` are the uids of all pods there are. */
export function beginCounting(
  pods: Readonly<Record<string, PodCounters>>,
  present: readonly string[] = [],
): CounterState {
  return { last: pods, pending: present.filter((uid) => !Object.hasOwn(pods, uid)), totals: noTotals };
}

/**
 * Adds what happened since the last look. A pod that could not be read keeps its last counters; those that are not among
 * `present` any more are forgotten.
 */
export function count(
  state: CounterState,
  pods: Readonly<Record<string, PodCounters>>,
  present?: readonly string[],
): CounterState {
  const pending = new Set(state.pending);
  let { totals } = state;
  for (const [uid, now] of Object.entries(pods)) {
    if (!pending.delete(uid)) totals = addTotals(totals, delta(state.last[uid], now));
  }
  const read = Object.entries(pods).map(([uid, now]) => [uid, withHistogram(state.last[uid], now)] as const);
  const last = { ...state.last, ...Object.fromEntries(read) };
  if (present === undefined) return { last, pending: [...pending], totals };
  const known = new Set([...present, ...Object.keys(pods)]);
  return {
    last: Object.fromEntries(Object.entries(last).filter(([uid]) => known.has(uid))),
    pending: [...pending].filter((uid) => known.has(uid)),
    totals,
  };
}

export function addTotals(a: Totals, b: Totals): Totals {
  return {
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    latency: addBuckets(a.latency, b.latency),
    ...backgroundOf((a.background ?? 0) + (b.background ?? 0)),
  };
}

/** The requests of users. */
export function usersRequests({ requests, background = 0 }: Totals): number {
  return Math.max(0, requests - background);
}

function backgroundOf(requests: number): Pick<Totals, 'background'> {
  return requests > 0 ? { background: requests } : {};
}

/** What is in `a` and not in `b`, an earlier state of the same totals; never less than nothing. */
export function subtractTotals(a: Totals, b: Totals): Totals {
  const requests = Math.max(0, a.requests - b.requests);
  return {
    requests,
    errors: Math.min(requests, Math.max(0, a.errors - b.errors)),
    latency: subtractBuckets(a.latency, b.latency),
    ...backgroundOf(Math.min(requests, (a.background ?? 0) - (b.background ?? 0))),
  };
}

function delta(before: PodCounters | undefined, now: PodCounters): Totals {
  return before === undefined || wasReset(before, now) ? now : subtractTotals(now, before);
}

/** A histogram that is missing from one look is not one that began anew: what it had stays, for the next look to go on from. */
function withHistogram(before: PodCounters | undefined, now: PodCounters): PodCounters {
  const isMissing = before !== undefined && hasNone(now.latency) && !wasReset(before, now);
  return isMissing ? { ...now, latency: before.latency } : now;
}

function hasNone(latency: Buckets): boolean {
  return Object.keys(latency).length === 0;
}

/** Some libraries work out the start of the process anew each time, a second off now and then. */
const sameStartSeconds = 2;

function wasReset(before: PodCounters, now: PodCounters): boolean {
  if (before.startedAt !== undefined && now.startedAt !== undefined) {
    // The same process: what fell is a series that it gave up.
    if (before.startedAt === now.startedAt) return false;
    if (Math.abs(before.startedAt - now.startedAt) > sameStartSeconds) return true;
  }
  if (now.requests < before.requests) return true;
  return !hasNone(now.latency) && observations(now.latency) < observations(before.latency);
}

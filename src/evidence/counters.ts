/**
 * Counting what happened in a slot from counters that pods keep: they begin at 0 with each pod and each restart. Pure, and
 * small enough for a heartbeat.
 *
 * 1. A delta is never negative: a counter that fell was reset, and counts from 0.
 * 2. A pod that did not exist when counting began counts from 0; one that did, and was only not read then, from when it is
 *    first read.
 * 3. What can be told to be no user's request, but a probe of Kubernetes or a look at the metrics, is not counted.
 */
import { addBuckets, observations, subtractBuckets, type Buckets } from './histogram.ts';

export interface Totals extends Requests {
  /** By upper bound in seconds; empty where there is no histogram. */
  readonly latency: Buckets;
  /** About how many of the requests are Kubernetes' own probes and looks at the metrics, where they cannot be told; absent for none. */
  readonly explained?: number;
}

export interface Requests {
  readonly requests: number;
  readonly errors: number;
}

/** What one pod's counters say, cumulative since the pod's process began: of all requests, whose ever they are. */
export interface PodCounters extends Totals {
  /** Those of them that are no user's; absent where none can be told. */
  readonly background?: Requests;
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
    ...explainedOf((a.explained ?? 0) + (b.explained ?? 0)),
  };
}

function explainedOf(requests: number): Pick<Totals, 'explained'> {
  return requests > 0 ? { explained: requests } : {};
}

/** What is in `a` and not in `b`, an earlier state of the same totals; never less than nothing. */
export function subtractTotals(a: Totals, b: Totals): Totals {
  return {
    ...subtractRequests(a, b),
    latency: subtractBuckets(a.latency, b.latency),
    ...explainedOf((a.explained ?? 0) - (b.explained ?? 0)),
  };
}

function subtractRequests(a: Requests, b: Requests): Requests {
  const requests = Math.max(0, a.requests - b.requests);
  return { requests, errors: Math.min(requests, Math.max(0, a.errors - b.errors)) };
}

const noRequests: Requests = { requests: 0, errors: 0 };

/** What users did since the look before. */
function delta(before: PodCounters | undefined, now: PodCounters): Totals {
  const isFirst = before === undefined || wasReset(before, now);
  const { latency, explained = 0, ...all } = isFirst ? now : subtractTotals(now, before);
  const known = isFirst ? noRequests : (before.background ?? noRequests);
  const background = subtractRequests(now.background ?? noRequests, known);
  return { ...subtractRequests(all, background), latency, ...explainedOf(explained) };
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

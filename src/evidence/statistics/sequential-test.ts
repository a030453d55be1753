/**
 * Counts against a boundary, look by look: whether the candidate's count is more than what it is held against allows. Pure.
 *
 * Where there are very many events only every so-manieth is counted, so that the state stays small. That takes from the power
 * to see differences that nobody minds, and nothing from the error: such counts vary less than those of as many independent
 * events. How many are left out follows from the number of events of both arms, which says nothing of their split.
 */
import { advance, halved, newBoundary, type Boundary, type Increment } from './boundary.ts';
import { addCounts, noCounts, type Counts, type PairedCounts } from './counts.ts';
import { afterBaseline, ofConcurrent, ofLimit } from './null-hypothesis.ts';

/** What the candidate is held against. `tolerance` is how many times stable's share it may have: 1 is "not worse". */
export type Against =
  /** Stable, which gets its requests at the same time. */
  | { readonly kind: 'stable'; readonly tolerance: number }
  /** What stable had counted before the watch began. */
  | { readonly kind: 'baseline'; readonly tolerance: number }
  /** A share of the candidate's requests, 0 to 1. */
  | { readonly kind: 'limit'; readonly limit: number };

/** JSON. */
export interface SequentialTest {
  readonly boundary: Boundary;
  /** All counts so far. */
  readonly candidate: Counts;
  readonly stable: Counts;
  /** Every so-manieth event counts; null before the first events. */
  readonly every: number | null;
}

/** Of both arms at the first look that has any. */
const mostEventsAtALook = 20;
const mostEventsOfBaseline = 100;
/** Of a later look. */
const mostLater = 1_000;
/** Probabilities that are carried from look to look. */
const mostKept = 600;
/**
 * Of so many times as many requests as the baseline has, more would tell nothing more of the difference: what is uncertain
 * is the baseline. The test stands still then, and the limits go on.
 */
const mostTimesBaseline = 100;

export const newTest: SequentialTest = { boundary: newBoundary, candidate: noCounts, stable: noCounts, every: null };

/** A test against what stable had counted before. */
export function testAfter(baseline: Counts): SequentialTest {
  return { ...newTest, stable: baseline, every: everyOf(baseline.events, mostEventsOfBaseline) };
}

/** After one more look, by which `spendable` may have been spent; stable's counts matter only where it is looked at. */
export function lookOnce(
  before: SequentialTest,
  now: PairedCounts,
  against: Against,
  spendable: number,
): SequentialTest {
  const { boundary, every } = coarseEnough(before, now, against);
  const candidate = addCounts(before.candidate, now.candidate);
  const stable = against.kind === 'stable' ? addCounts(before.stable, now.stable) : before.stable;
  const after: SequentialTest = { boundary, candidate, stable, every };
  if (against.kind === 'baseline' && isBeyondBaseline(after)) return before;
  return { ...after, boundary: advance(boundary, incrementOf(before, after, against), spendable) };
}

/** Where the traffic has grown a lot, fewer of the events are counted from now on. */
function coarseEnough(
  before: SequentialTest,
  now: PairedCounts,
  against: Against,
): Pick<SequentialTest, 'boundary' | 'every'> {
  let { boundary, every } = { boundary: before.boundary, every: before.every ?? everyAtFirst(now, against) };
  const events = eventsOf(before, now, against);
  while (every !== null && (boundary.under.probabilities.length > mostKept || events / every > mostLater)) {
    [boundary, every] = [halved(boundary), every * 2];
  }
  return { boundary, every };
}

/** About as many as a look may add to the count. */
function eventsOf({ stable }: SequentialTest, now: PairedCounts, against: Against): number {
  switch (against.kind) {
    case 'stable':
      return now.candidate.events + now.stable.events;
    case 'baseline':
      return Math.max(now.candidate.events, (stable.events * now.candidate.requests) / Math.max(1, stable.requests));
    case 'limit':
      return now.candidate.requests * against.limit;
  }
}

/** Whether the candidate had so many requests that the baseline says nothing about the last of them. */
function isBeyondBaseline({ candidate, stable }: SequentialTest): boolean {
  return candidate.requests > stable.requests * mostTimesBaseline;
}

/** Whether the count is too much by now. */
export function isReached({ boundary: { least }, candidate, every }: SequentialTest): boolean {
  return least !== null && Math.floor(candidate.events / (every ?? 1)) >= least;
}

function everyAtFirst({ candidate, stable }: PairedCounts, against: Against): number | null {
  const events = against.kind === 'limit' ? candidate.requests * against.limit : candidate.events + stable.events;
  return events === 0 ? null : everyOf(events, mostEventsAtALook);
}

function everyOf(events: number, most: number): number {
  return Math.max(1, Math.ceil(events / most));
}

function incrementOf(before: SequentialTest, after: SequentialTest, against: Against): Increment {
  const every = after.every ?? 1;
  const newEvents = (arm: 'candidate' | 'stable'): number =>
    Math.floor(after[arm].events / every) - Math.floor(before[arm].events / every);
  const newRequests = (arm: 'candidate' | 'stable'): number => after[arm].requests - before[arm].requests;
  const candidate = { requests: newRequests('candidate'), events: newEvents('candidate') };
  switch (against.kind) {
    case 'stable':
      return ofConcurrent(
        { candidate, stable: { requests: newRequests('stable'), events: newEvents('stable') } },
        against.tolerance,
      );
    case 'baseline': {
      const baseline = { requests: before.stable.requests, events: Math.floor(before.stable.events / every) };
      return afterBaseline(baseline, before.candidate.requests, candidate.requests, against.tolerance);
    }
    case 'limit':
      return ofLimit(
        Math.floor(after.candidate.requests / every) - Math.floor(before.candidate.requests / every),
        against.limit,
      );
  }
}

/** What is counted of the requests between two looks. Pure. */

/** Of one arm: how many requests there were, and how many of them were what the metric counts (failed, or slow). */
export interface Counts {
  readonly requests: number;
  readonly events: number;
}

/** Of both arms at the same time. */
export interface PairedCounts {
  readonly candidate: Counts;
  readonly stable: Counts;
}

export const noCounts: Counts = { requests: 0, events: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { requests: a.requests + b.requests, events: a.events + b.events };
}

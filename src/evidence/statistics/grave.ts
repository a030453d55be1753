/**
 * A candidate so bad that no statistics are needed: this is what keeps a rollback under its 30 seconds, however long the
 * watch has been a quiet one before. Pure.
 *
 * A burst of errors may lie in two neighbouring looks, so it takes three in a row, each with that share of failed, or slow,
 * requests; and a number of them that a healthy application of little traffic does not have by chance.
 */
import type { Counts } from './counts.ts';

/** Looks in a row with a grave share of events, and what they counted together. JSON. */
export interface Grave {
  readonly looks: number;
  readonly counts: Counts;
}

export const newGrave: Grave = { looks: 0, counts: { requests: 0, events: 0 } };

/** `timesLimit`: a share this many times as high as the limit is grave, but none below `share`. */
export const graveLimits = { share: 0.05, timesLimit: 5, looks: 3, requests: 50, events: 8 } as const;

/** The share of a look that is grave where `limit` is the share that is allowed. */
export function graveShare(limit: number): number {
  return Math.max(graveLimits.share, limit * graveLimits.timesLimit);
}

export function watchGrave({ looks, counts }: Grave, { requests, events }: Counts, share: number): Grave {
  // A look without requests says nothing.
  if (requests === 0) return { looks, counts };
  if (events < share * requests) return newGrave;
  return {
    looks: looks + 1,
    counts: { requests: counts.requests + requests, events: counts.events + events },
  };
}

export function isGrave({ looks, counts }: Grave): boolean {
  const { requests, events } = counts;
  return looks >= graveLimits.looks && requests >= graveLimits.requests && events >= graveLimits.events;
}

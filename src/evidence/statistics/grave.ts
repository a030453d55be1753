/**
 * A candidate that fails so many requests that no statistics are needed: this is what keeps a rollback under its 30 seconds.
 * Pure.
 *
 * A burst of errors may lie in two neighbouring looks, so it takes three in a row, each with that share of failed requests;
 * and a number of errors that a healthy application of little traffic does not have by chance.
 */
import type { Counts } from './counts.ts';

/** Looks in a row with a grave share of failed requests, and what they counted together. JSON. */
export interface Grave {
  readonly looks: number;
  readonly counts: Counts;
}

export const newGrave: Grave = { looks: 0, counts: { requests: 0, events: 0 } };

export const graveLimits = { share: 0.05, looks: 3, requests: 50, errors: 8 } as const;

export function watchGrave({ looks, counts }: Grave, { requests, events }: Counts): Grave {
  // A look without requests says nothing.
  if (requests === 0) return { looks, counts };
  if (events < graveLimits.share * requests) return newGrave;
  return {
    looks: looks + 1,
    counts: { requests: counts.requests + requests, events: counts.events + events },
  };
}

export function isGrave({ looks, counts }: Grave): boolean {
  const { requests, events } = counts;
  return looks >= graveLimits.looks && requests >= graveLimits.requests && events >= graveLimits.errors;
}

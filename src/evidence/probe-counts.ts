/**
 * What the answers to probe traffic say: the same counts that pods keep, by whoever sent the requests. Pure.
 *
 * Only these are equal in both slots: stable's pods count its users' requests among those of the soak.
 */
import type { Totals } from './counters.ts';

const shortestSeconds = 0.001;
const longestSeconds = 60;
/** So fine that a quantile is known to an eighth. */
const ratio = 1.25;

const bounds = boundsUpTo(longestSeconds);

function boundsUpTo(longest: number): number[] {
  const found: number[] = [];
  for (let bound = shortestSeconds; bound < longest * ratio; bound *= ratio) found.push(Number(bound.toPrecision(3)));
  return [...found, Number.POSITIVE_INFINITY];
}

/** Answers of this status and above are errors of the server. */
const firstErrorStatus = 500;

export function isFailure(status: number): boolean {
  return status >= firstErrorStatus;
}

/** The answers so far, of one slot. Its counts only grow. */
export class ProbeCounts {
  #requests = 0;
  #errors = 0;
  /** How many took no longer than each of the bounds. */
  readonly #within = bounds.map(() => 0);

  /** One that was answered, or was not: then after as long as it was waited for. */
  add({ failed, seconds }: { readonly failed: boolean; readonly seconds: number }): void {
    this.#requests += 1;
    if (failed) this.#errors += 1;
    for (let index = bounds.length - 1; index >= 0 && seconds <= (bounds[index] ?? 0); index -= 1) {
      this.#within[index] = (this.#within[index] ?? 0) + 1;
    }
  }

  get totals(): Totals {
    const latency = Object.fromEntries(bounds.map((bound, index) => [String(bound), this.#within[index] ?? 0]));
    return { requests: this.#requests, errors: this.#errors, latency };
  }
}

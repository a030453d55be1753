/** How long one look of a watch may take. */
import { shortestIntervalMs } from '../domain/watch-looks.ts';

/** All looks are over so long after the end of the watch. */
const settleMs = { least: 3_000, most: 10_000 };
const longestLookMs = 30_000;

/** So that a look that hangs does not carry the watch beyond its end. */
export class LookLimit {
  endsAt = 0;
  #longestMs = 0;

  /** A slot of thousands of pods needs its time also in the last look. */
  get #settleMs(): number {
    return Math.min(settleMs.most, Math.max(settleMs.least, 2 * this.#longestMs));
  }

  get isOver(): boolean {
    return Date.now() >= this.endsAt + this.#settleMs;
  }

  readonly mostMs = (): number => {
    const leftMs = this.endsAt + this.#settleMs - Date.now();
    return Math.max(shortestIntervalMs, Math.min(longestLookMs, leftMs));
  };

  looked(ms: number, endsAt: number): void {
    // One that was cut off says nothing of how long they take.
    if (Date.now() < this.endsAt) this.took(ms);
    this.endsAt = endsAt;
  }

  /** Told of what is read beside the looks, too: the last look waits for it. */
  readonly took = (ms: number): void => {
    this.#longestMs = Math.max(this.#longestMs, ms);
  };
}

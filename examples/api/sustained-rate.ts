const bucketMs = 500;
const bucketCount = 4;

/** The rate that requests arrive at, held for two seconds: a burst such as a warm-up does not raise it. */
export class SustainedRate {
  readonly #counts = new Map<number, number>();

  /** Counts one request at `nowMs`, on a clock that does not go back. */
  count(nowMs: number): void {
    const bucket = Math.floor(nowMs / bucketMs);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    for (const old of this.#counts.keys()) {
      if (old >= bucket - bucketCount) break;
      this.#counts.delete(old);
    }
  }

  /** Requests a second in the quietest of the last four full half seconds. */
  perSecond(nowMs: number): number {
    const current = Math.floor(nowMs / bucketMs);
    let lowest = Infinity;
    for (let bucket = current - bucketCount; bucket < current; bucket++) {
      lowest = Math.min(lowest, this.#counts.get(bucket) ?? 0);
    }
    return (lowest * 1_000) / bucketMs;
  }
}

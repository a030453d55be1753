/** How far behind requests are still sent; those due before that are missed. */
const catchUpMs = 250;

/** When requests are due: by the clock, whatever became of those before. */
export class Pacer {
  readonly #intervalMs: number;
  #nextDueAt: number;

  constructor(requestsPerSecond: number, startAt: number) {
    this.#intervalMs = 1_000 / requestsPerSecond;
    this.#nextDueAt = startAt;
  }

  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /** The times of the requests that have become due since the last call, and how many are too late to be sent. */
  take(at: number): { readonly due: readonly number[]; readonly missed: number } {
    const lateMs = at - this.#nextDueAt - catchUpMs;
    const missed = lateMs > 0 ? Math.ceil(lateMs / this.#intervalMs) : 0;
    this.#nextDueAt += missed * this.#intervalMs;
    const due: number[] = [];
    for (; this.#nextDueAt <= at; this.#nextDueAt += this.#intervalMs) due.push(this.#nextDueAt);
    return { due, missed };
  }
}

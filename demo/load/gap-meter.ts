/** A time without a successful answer. */
export interface Gap {
  readonly ms: number;
  readonly endedAt: number;
  /** How long, within it, the generator itself could not run. */
  readonly stallMs: number;
}

export const noGap: Gap = { ms: 0, endedAt: 0, stallMs: 0 };

/** Finds the longest gap between two consecutive successes, counted from the first request. */
export class GapMeter {
  readonly #stallSince: (time: number) => number;
  #lastSuccessAt: number | undefined;
  #longest = noGap;

  constructor(stallSince: (time: number) => number) {
    this.#stallSince = stallSince;
  }

  /** The first request begins the first gap. */
  sent(at: number): void {
    this.#lastSuccessAt ??= at;
  }

  succeeded(at: number): void {
    this.#longest = this.longestUntil(at);
    this.#lastSuccessAt = Math.max(at, this.#lastSuccessAt ?? at);
  }

  /** The longest gap, the one still open at `at` included. */
  longestUntil(at: number): Gap {
    const since = this.#lastSuccessAt ?? at;
    const ms = at - since;
    return ms > this.#longest.ms ? { ms, endedAt: at, stallMs: this.#stallSince(since) } : this.#longest;
  }
}

/** The delays of one container's restarts, in milliseconds. */
export interface BackOffPolicy {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** The kubelet's: 10 s, doubled at each restart, 5 minutes at most. */
export const KUBELET_BACK_OFF: BackOffPolicy = { initialMs: 10_000, maxMs: 300_000 };

/**
 * When a container may start again. As in a kubelet, the first restart is immediate, the second waits the initial delay
 * and each later one twice as long; whoever has run for twice the longest delay begins anew.
 */
export class RestartBackOff {
  readonly #policy: BackOffPolicy;
  #current: number | undefined;

  constructor(policy: BackOffPolicy) {
    this.#policy = policy;
  }

  /** The milliseconds to wait before the next start of a container that has just ended after running for `ranForMs`. */
  next(ranForMs: number): number {
    if (this.#current === undefined || ranForMs > 2 * this.#policy.maxMs) {
      this.#current = this.#policy.initialMs;
      return 0;
    }
    const delay = this.#current;
    this.#current = Math.min(delay * 2, this.#policy.maxMs);
    return delay;
  }
}

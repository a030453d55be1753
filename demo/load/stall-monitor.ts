import { now } from './clock.ts';

const intervalMs = 20;
const worthKeepingMs = 10;
const keptStalls = 512;

export interface Stall {
  readonly ms: number;
  readonly endedAt: number;
}

/** Notices when this process could not run, so that a gap of its own making is not blamed on the platform. */
export class StallMonitor {
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;
  #expectedAt = now() + intervalMs;
  #longest: Stall = { ms: 0, endedAt: 0 };

  constructor() {
    this.#timer = setInterval(() => this.#tick(), intervalMs);
  }

  get longest(): Stall {
    return this.#longest;
  }

  /** The longest stall that ended after `since`, in milliseconds, the one that is just ending included. */
  longestSince(since: number): number {
    const unnoticed = Math.max(0, now() - this.#expectedAt);
    return this.#stalls.reduce(
      (longest, { ms, endedAt }) => (endedAt > since ? Math.max(longest, ms) : longest),
      unnoticed,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const endedAt = now();
    const stall = { ms: Math.max(0, endedAt - this.#expectedAt), endedAt };
    this.#expectedAt = endedAt + intervalMs;
    if (stall.ms > this.#longest.ms) this.#longest = stall;
    if (stall.ms < worthKeepingMs) return;
    this.#stalls.push(stall);
    if (this.#stalls.length > keptStalls) this.#stalls.shift();
  }
}

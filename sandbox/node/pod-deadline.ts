import { timerMs } from './waiting.ts';

/** The moment at which a terminating pod is killed. A later deletion can bring it forward, never put it off. */
export class PodDeadline {
  readonly #controller = new AbortController();
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  within(seconds: number): void {
    const at = Date.now() + seconds * 1000;
    if (at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), timerMs(seconds));
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** The model's side of time: every timer of it is set here, so that it can be virtual and outlive whoever sent a request. */

export interface Timer {
  cancel(): void;
}

/** Runs something after so many milliseconds. */
export type After = (ms: number, run: () => void) => Timer;

/** By the global timers, whatever they are at that moment. */
export const afterTimeout: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return {
    cancel: () => {
      clearTimeout(timer);
    },
  };
};

/** Timers that can be stopped all together. */
export class Timers {
  readonly #after: After;
  readonly #pending = new Set<Timer>();

  constructor(after: After) {
    this.#after = after;
  }

  readonly after: After = (ms, run) => {
    const timer = this.#after(ms, () => {
      this.#pending.delete(timer);
      run();
    });
    this.#pending.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.#pending.delete(timer);
      },
    };
  };

  stop(): void {
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }
}

/** As Kubernetes writes times: to the second. */
export function timestamp(ms = Date.now()): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

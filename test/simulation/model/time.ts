/** The model's side of time: the simulation's is virtual; beside a real API server it is the real one. */

export interface Timer {
  cancel(): void;
}

/** Runs something after so many milliseconds. */
export type After = (ms: number, run: () => void) => Timer;

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: number;
  after(ms: number, run: () => void): Timer;
}

/** How many milliseconds something takes, each time anew. */
export type Lag = () => number;

/** As Kubernetes writes times: to the second. */
export function timestamp(ms = Date.now()): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

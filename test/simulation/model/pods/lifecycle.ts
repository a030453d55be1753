/** How the containers of an image live, and end. Times are milliseconds. */

export interface Lifecycle {
  /** Whether the image can be pulled at all. */
  readonly isThere: boolean;
  /** From being bound to a node until its containers run. */
  readonly startMs: number;
  /** From running until ready; null for never. */
  readonly readyMs: number | null;
  /** From running until its process ends with an error; null for never. */
  readonly crashAfterMs: number | null;
  /** What its containers write. */
  readonly log: string;
  /** What comes of it in a Job: null for one that does not end by itself. */
  readonly job: { readonly runMs: number; readonly exitCode: number } | null;
}

export const healthy: Lifecycle = {
  isThere: true,
  startMs: 300,
  readyMs: 300,
  crashAfterMs: null,
  log: 'a line of the log',
  job: { runMs: 1_000, exitCode: 0 },
};

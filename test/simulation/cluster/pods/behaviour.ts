/** How the pods of an image behave. Times are virtual milliseconds. */

export interface Behaviour {
  /** Whether the image can be pulled at all. */
  readonly isThere: boolean;
  /** From being bound to a node until its containers run. */
  readonly startMs: number;
  /** From running until ready; null for never. */
  readonly readyMs: number | null;
  /** From running until its process ends with an error; null for never. */
  readonly crashAfterMs: number | null;
  /** From being told to end until gone, within its grace period. */
  readonly stopMs: number;
  /** The share of requests that are answered with 500. */
  readonly errorRate: PerAsker;
  readonly latencyMs: PerAsker;
  /** Paths that are answered with 500, whoever asks. */
  readonly failingPaths: readonly string[];
  readonly hasMetrics: boolean;
  /** What its containers write. */
  readonly log: string;
  /** What comes of it in a Job: null for one that does not end by itself. */
  readonly job: { readonly runMs: number; readonly exitCode: number } | null;
}

export interface PerAsker {
  /** Smoke, soak, verification: whatever the product sends. */
  readonly probes: number;
  readonly users: number;
}

export const healthy: Behaviour = {
  isThere: true,
  startMs: 300,
  readyMs: 700,
  crashAfterMs: null,
  stopMs: 500,
  errorRate: { probes: 0, users: 0 },
  latencyMs: { probes: 4, users: 4 },
  failingPaths: [],
  hasMetrics: true,
  log: 'listening on port 8080',
  job: { runMs: 1_000, exitCode: 0 },
};

/** Every way in which a candidate of the simulation behaves, by its name. */
export const behaviours = {
  healthy,
  neverReady: { ...healthy, readyMs: null },
  crashLoop: { ...healthy, readyMs: null, crashAfterMs: 200, log: 'no database: giving up' },
  /** Good enough to become ready, and then it ends again and again. */
  lateCrash: { ...healthy, crashAfterMs: 8_000, log: 'out of memory' },
  noImage: { ...healthy, isThere: false },
  errorsUnderTraffic: { ...healthy, errorRate: { probes: 0, users: 0.3 } },
  errorsAlways: { ...healthy, errorRate: { probes: 0.3, users: 0.3 } },
  slow: { ...healthy, latencyMs: { probes: 1_500, users: 1_500 } },
  slowUnderTraffic: { ...healthy, latencyMs: { probes: 4, users: 1_500 } },
  failingSmoke: { ...healthy, failingPaths: ['/healthz'] },
  failingJob: { ...healthy, job: { runMs: 1_000, exitCode: 1 } },
  endlessJob: { ...healthy, job: null },
  withoutMetrics: { ...healthy, hasMetrics: false },
  slowStart: { ...healthy, startMs: 3_000, readyMs: 9_000 },
  slowStop: { ...healthy, stopMs: 20_000 },
} as const satisfies Readonly<Record<string, Behaviour>>;

/**
 * What the checks and watches of a deployment found out. Every document here is bounded: summaries, not series.
 */

/** A watch that could not measure never says pass. */
export type Verdict = 'pass' | 'fail' | 'insufficient-data';

export interface CheckResult {
  readonly name: string;
  readonly kind: 'http' | 'tcp' | 'job';
  readonly passed: boolean;
  /** What was found: `200 in 12ms`, or what was expected and what came instead. At most 500 characters. */
  readonly detail: string;
  readonly durationMs: number;
  /** The last lines of a Job's log, at most 4,000 characters. */
  readonly log?: string;
}

export interface SmokeEvidence {
  readonly verdict: 'pass' | 'fail';
  readonly checks: readonly CheckResult[];
}

export interface WarmUpEvidence {
  readonly pods: number;
  readonly requestsSent: number;
  readonly requestsFailed: number;
  /** At most ten different errors, each with how often it occurred. */
  readonly errors: readonly { readonly message: string; readonly count: number }[];
}

/** What one slot did between the start of a watch and its end (or now). */
export interface SlotMeasurement {
  /** Requests that the pods' own counters recorded; null where no source could tell. */
  readonly requests: number | null;
  readonly errors: number | null;
  /** errors / requests, 0 to 1; null without requests. */
  readonly errorRate: number | null;
  /** Milliseconds, interpolated within a histogram bucket; null without observations. */
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly restarts: number;
  readonly readyPods: number;
  readonly desiredPods: number;
}

export type MetricName = 'error-rate' | 'p95' | 'p99' | 'restarts' | 'readiness' | 'requests';

/** One metric against its threshold, over the whole watch or over its last window. */
export interface Finding {
  readonly metric: MetricName;
  readonly verdict: Verdict;
  readonly over: 'watch' | 'window';
  /** One sentence: `error rate 3.2 % of 410 requests is above 1 %`. */
  readonly reason: string;
}

export interface WatchEvidence {
  readonly verdict: Verdict;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly candidate: SlotMeasurement;
  readonly stable: SlotMeasurement | null;
  readonly samples: number;
  readonly watchedMs: number;
  /** Samples that a source could not take, by reason; at most ten reasons. */
  readonly unmeasured: readonly { readonly source: string; readonly reason: string; readonly count: number }[];
}

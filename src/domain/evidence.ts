/**
 * What the checks and watches of a deployment found out. Every document here is bounded: summaries, not series.
 */

import type { ComparisonEvidence } from './comparison-evidence.ts';
import type { LogEvidence } from './log-evidence.ts';
import type { Slot } from './slot.ts';
import type { Verdict } from './verdict.ts';

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

export type MetricName =
  | 'error-rate'
  | 'p95'
  | 'p99'
  | 'restarts'
  | 'oom-kills'
  | 'readiness'
  | 'requests'
  | 'cpu'
  | 'memory'
  | 'logs'
  | 'check';

/** One metric against its threshold, over the whole watch or over its last window. */
export interface Finding {
  readonly metric: MetricName;
  readonly verdict: Verdict;
  /** `window`: by the last looks alone. */
  readonly over: 'watch' | 'window';
  /** What it was held against: stable, or else the limits of the spec. */
  readonly against?: 'stable';
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
  /** The checks of the spec as they stand at the last look, in its order; at most twenty. Absent where it has none. */
  readonly checks?: readonly WatchCheckEvidence[];
  /** What the verdict rests on beside the limits of the spec; absent where an older worker watched. */
  readonly comparison?: ComparisonEvidence;
  /** Both slots over time, oldest first; at most 60 points. */
  readonly series?: readonly SeriesPoint[];
  /** What the logs of both slots said; absent where an older worker watched, or the spec says `logs: none`. */
  readonly logs?: LogEvidence;
  /** Probes of a soak that failed, oldest first: the newest of each slot, at most ten. */
  readonly failedProbes?: readonly FailedProbe[];
  /** What Kubernetes warned of about the pods of both slots, the most frequent reasons; at most ten. */
  readonly warnings?: readonly PodWarning[];
  /** CPU and memory of both slots, where the cluster can tell. */
  readonly usage?: UsageEvidence;
  /** Where users' requests go, of a monitor. */
  readonly distribution?: DistributionEvidence;
}

/** Warnings of one reason, as Kubernetes names it, that came up during the watch. */
export interface PodWarning {
  readonly slot: Slot;
  /** `Unhealthy`, `BackOff`, `FailedCreate`. */
  readonly reason: string;
  /** That of the newest. */
  readonly message: string;
  /** How many pods or ReplicaSets they are about. */
  readonly objects: number;
  readonly count: number;
  /** ISO 8601. */
  readonly lastAt: string;
}

export interface UsageEvidence {
  readonly candidate: SlotUsage | null;
  readonly stable: SlotUsage | null;
  /** Why one of them is not known; null where both are. */
  readonly why: string | null;
}

/** Averages over the watch, of one pod. */
export interface SlotUsage {
  /** How many pods the last look found. */
  readonly pods: number;
  /** In cores. */
  readonly cpuPerPod: number;
  /** In bytes. */
  readonly memoryPerPod: number;
  /** Of the pod with the most, in bytes. */
  readonly memoryPeak: number;
}

/** By what the pods of both slots count, without the probes of Kubernetes and looks at the metrics where these can be told. */
export interface DistributionEvidence {
  /** The candidate's share of the requests in the last window, 0 to 1; null without requests. */
  readonly candidateShare: number | null;
  /** Requests that stable's pods answered since the watch began, such as those on connections that users keep. */
  readonly stableRequests: number;
  /** When a look last found more of them, ISO 8601; null where none did. */
  readonly stableLastAt: string | null;
  /** Whether two looks in a row found no more of them. */
  readonly tailIsOver: boolean;
}

/** A request of the worker's own, which can be looked up where the application's traces are kept. */
export interface FailedProbe {
  /** W3C trace id: 32 hexadecimal digits. */
  readonly traceId: string;
  readonly slot: Slot;
  /** `GET /api/items`, without its query. */
  readonly request: string;
  /** What came: `answered 503`, `no answer within 5s`. */
  readonly outcome: string;
  /** When it was sent, ISO 8601. */
  readonly at: string;
}

/** What a check of a soak or a monitor gave: a number, text or a truth value; null where it could not be had. */
export type CheckValue = number | string | boolean | null;

/** One check of the spec: a query, an answer of HTTP, or a Job. */
export interface WatchCheckEvidence {
  readonly name: string;
  readonly verdict: Verdict;
  readonly candidate: CheckValue;
  /** null also where the condition is about the candidate alone. */
  readonly stable: CheckValue;
  /** What the spec expects: `≤ 100, ≤ 1.5 × stable`. */
  readonly condition: string;
  /** One sentence: `120 is above 100`. */
  readonly reason: string;
}

export interface SeriesPoint {
  /** When the stretch of time that it sums up ended, ISO 8601. */
  readonly at: string;
  readonly candidate: SlotPoint;
  readonly stable: SlotPoint | null;
}

/** What one slot did in that stretch of time; null where it is not known. */
export interface SlotPoint {
  readonly requests: number | null;
  readonly errors: number | null;
  readonly p95Ms: number | null;
}

/**
 * What the checks and watches of a deployment found out. Every document here is bounded: summaries, not series.
 */

import type { Slot } from './slot.ts';

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

/**
 * What the candidate was held against.
 *
 * - `probes`: the answers to the same requests, which the worker sent to both slots at the same time
 * - `traffic`: what the pods of both slots counted at the same time, under somebody else's traffic
 * - `baseline`: what stable's pods counted of users' traffic before the cutover
 * - `nothing`: there is nothing to compare with, for the reason in `why`
 */
export type ComparedWith = 'probes' | 'traffic' | 'baseline' | 'nothing';

export interface ComparisonEvidence {
  readonly with: ComparedWith;
  /** Why there is nothing to compare with; null where there is. */
  readonly why: string | null;
  /** How many times stable's share of failed or slow requests the candidate may have. */
  readonly tolerance: number;
  readonly metrics: readonly MetricComparison[];
}

export interface MetricComparison {
  readonly metric: 'error-rate' | 'p95' | 'p99';
  readonly verdict: Verdict;
  /** `events` are the requests that failed, or were slower than `slowerThanMs`. */
  readonly candidate: { readonly requests: number; readonly events: number };
  readonly stable: { readonly requests: number; readonly events: number };
  /** About stable's own quantile, in milliseconds; null where the events are failed requests. */
  readonly slowerThanMs: number | null;
  /**
   * How sure it is that the candidate is worse, 0 to 1: the probability that one which is exactly as bad as tolerated has fewer
   * events than this one. It is that of a single look: the verdict keeps its error over all of them.
   */
  readonly confidence: number;
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

/** The errors in the candidate's logs, with how often stable logs them, too. */
export interface LogEvidence {
  readonly candidate: LogsRead;
  readonly stable: LogsRead | null;
  /** The worst first; at most ten, of which those that fail the candidate come first. */
  readonly templates: readonly LogTemplate[];
  /** How many there are beside these. */
  readonly others: number;
}

/** How much of a slot's logs was read. */
export interface LogsRead {
  /** The pods that were read, by name, at most twenty; and how many were ready. */
  readonly pods: readonly string[];
  readonly ready: number;
  readonly lines: number;
  /** Errors among these lines, and how many of them a pattern of the spec allows. */
  readonly errors: number;
  readonly allowed: number;
  /** Errors of more kinds than can be kept. */
  readonly unfiled: number;
  /** How often lines of a pod were left out: there were more than are read at a time. */
  readonly leftOut: number;
}

/** Errors that are the same but for what varies. */
export interface LogTemplate {
  /** The message, with what varies masked: `timeout of <ip> after <duration>`. */
  readonly template: string;
  /** One of the lines, with credentials masked; at most 160 characters. */
  readonly sample: string;
  /**
   * - `new`: stable does not log it, and the candidate fails by it
   * - `more-frequent`: stable logs it less often than chance allows, and the candidate fails by it
   * - `rare`: stable does not log it, but there are too few lines, or pods, to fail by it
   * - `known`: stable logs it, too
   */
  readonly kind: 'new' | 'more-frequent' | 'rare' | 'known';
  /** Lines of the candidate; some of the pods that logged it, at most three; and how many did at least. */
  readonly count: number;
  readonly pods: readonly string[];
  readonly podCount: number;
  /** Lines of stable during the watch, and in the time before it that the spec names. */
  readonly stableCount: number;
  /** When the candidate's first was written, ISO 8601. */
  readonly firstSeen: string | null;
}

/** What a watch compared the candidate with, and what came of it. */
import type { Verdict } from './verdict.ts';

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
   * events than this one. It is that of a single look: the verdict keeps its error over all of them. null where it cannot be told:
   * after too few looks, or where all events may have come at once.
   */
  readonly confidence: number | null;
  /** Why it could not be compared; absent where it could. */
  readonly why?: string;
}

import type { ConnectionKind, FailureKind } from './outcome.ts';
import type { Totals } from './tally.ts';
import type { Moment } from './timeline.ts';

/** A request that the platform failed. */
export interface Failure {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly kind: FailureKind;
  readonly message: string;
  readonly connection: ConnectionKind;
  readonly url: string;
  readonly isRetried: boolean;
}

/** What happened since a mark, until the end: so that a version that comes back has a first answer again. */
export interface Mark extends Totals {
  readonly name: string;
  readonly at: number;
}

interface Measured extends Totals {
  /** Milliseconds since the Unix epoch, as are all times here. */
  readonly startedAt: number;
  /** Requests that were due and not sent, because the generator could not keep up or too many were in flight. */
  readonly missed: number;
  /** The first ten. */
  readonly firstFailures: readonly Failure[];
  /** Of all answers, from when the request was due. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  /** The longest time that the generator itself could not run, and when that ended. */
  readonly generatorStallMs: number;
  readonly generatorStallEndedAt: number;
  readonly marks: readonly Mark[];
}

/** The load so far. */
export interface LoadStats extends Measured {
  readonly at: number;
  readonly inFlight: number;
  readonly lastSecond: Moment;
}

/** The whole load, after its last answer. */
export interface LoadReport extends Measured {
  readonly endedAt: number;
  readonly endedBy: LoadEnd;
  readonly timeline: readonly Moment[];
}

export type LoadEnd = 'stopped' | 'duration' | 'max-requests';

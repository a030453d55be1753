export type ConnectionKind = 'keep-alive' | 'fresh';

/**
 * How the platform failed a request: nobody listened; the connection was cut before or within the answer; no answer in
 * time; a 502, 503 or 504 that no version of the app put its name on; or the generator itself ran out of something.
 */
export const failureKinds = ['refused', 'reset', 'truncated', 'timeout', 'gateway', 'local'] as const;
export type FailureKind = (typeof failureKinds)[number];

/** What became of one request. Only `failed` is the platform's doing: the others were answered by a version of the app. */
export type Outcome =
  | { readonly kind: 'answered'; readonly version: string }
  | { readonly kind: 'injected-error'; readonly version: string }
  | { readonly kind: 'app-error'; readonly version: string; readonly status: number }
  | { readonly kind: 'failed'; readonly failure: FailureKind; readonly message: string };

/** One finished request. Times are milliseconds since the Unix epoch. */
export interface Result {
  readonly outcome: Outcome;
  readonly connection: ConnectionKind;
  readonly url: string;
  /** When it should have been sent, from which its latency counts. */
  readonly dueAt: number;
  readonly endedAt: number;
  /** Sent a second time, because its kept-alive connection was being closed when it was written to it. */
  readonly isRetried: boolean;
}

/** The version of an answer that does not name one. */
export const unknownVersion = 'unknown';

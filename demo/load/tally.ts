import { GapMeter } from './gap-meter.ts';
import type { Gap } from './gap-meter.ts';
import { failureKinds } from './outcome.ts';
import type { ConnectionKind, FailureKind, Result } from './outcome.ts';

/** The requests of the whole load, or of the part of it since a mark. Times are milliseconds since the Unix epoch. */
export interface Totals {
  readonly requestsSent: number;
  /** Successful answers. */
  readonly requestsAnswered: number;
  /** Dropped or refused by the platform. */
  readonly requestsFailed: number;
  readonly failures: Readonly<Record<FailureKind, number>>;
  /** Answers of the app that say themselves that their error was injected. */
  readonly injectedErrors: number;
  /** null where there was none. */
  readonly firstInjectedErrorAt: number | null;
  /** Other answers of the app with a status of 400 or more. */
  readonly appErrors: number;
  /** Sent again because the server closed the kept-alive connection just then; their second outcome is counted above. */
  readonly retried: number;
  /** Answers of any status, by the version that gave them. */
  readonly byVersion: Readonly<Record<string, number>>;
  readonly firstAnswerByVersion: Readonly<Record<string, number>>;
  readonly lastAnswerByVersion: Readonly<Record<string, number>>;
  /** The longest time between two consecutive successful answers, in milliseconds. */
  readonly longestGapMs: number;
  readonly longestGap: Gap;
  readonly longestGapByConnection: Readonly<Record<ConnectionKind, Gap>>;
}

/** More versions than that are not told apart. */
const versionLimit = 50;

/** Counts results into Totals. */
export class Tally {
  readonly #versions = new Map<string, { count: number; firstAt: number; lastAt: number }>();
  readonly #failures = Object.fromEntries(failureKinds.map((kind) => [kind, 0])) as Record<FailureKind, number>;
  #firstInjectedErrorAt: number | null = null;
  readonly #counts = { sent: 0, answered: 0, failed: 0, injected: 0, appErrors: 0, retried: 0 };
  readonly #gaps: { readonly overall: GapMeter } & Readonly<Record<ConnectionKind, GapMeter>>;

  constructor(stallSince: (time: number) => number) {
    this.#gaps = {
      overall: new GapMeter(stallSince),
      'keep-alive': new GapMeter(stallSince),
      fresh: new GapMeter(stallSince),
    };
  }

  sent(connection: ConnectionKind, at: number): void {
    this.#counts.sent++;
    this.#gaps.overall.sent(at);
    this.#gaps[connection].sent(at);
  }

  ended({ outcome, connection, endedAt, isRetried }: Result): void {
    if (isRetried) this.#counts.retried++;
    switch (outcome.kind) {
      case 'answered':
        this.#counts.answered++;
        this.#gaps.overall.succeeded(endedAt);
        this.#gaps[connection].succeeded(endedAt);
        return this.#answeredBy(outcome.version, endedAt);
      case 'injected-error':
        this.#counts.injected++;
        this.#firstInjectedErrorAt ??= endedAt;
        return this.#answeredBy(outcome.version, endedAt);
      case 'app-error':
        this.#counts.appErrors++;
        return this.#answeredBy(outcome.version, endedAt);
      case 'failed':
        this.#counts.failed++;
        this.#failures[outcome.failure]++;
    }
  }

  /** The totals at `at`, to which a gap that is still open is counted. */
  totals(at: number): Totals {
    const { sent, answered, failed, injected, appErrors, retried } = this.#counts;
    const longestGap = this.#gaps.overall.longestUntil(at);
    return {
      requestsSent: sent,
      requestsAnswered: answered,
      requestsFailed: failed,
      failures: { ...this.#failures },
      injectedErrors: injected,
      firstInjectedErrorAt: this.#firstInjectedErrorAt,
      appErrors,
      retried,
      byVersion: this.#perVersion(({ count }) => count),
      firstAnswerByVersion: this.#perVersion(({ firstAt }) => firstAt),
      lastAnswerByVersion: this.#perVersion(({ lastAt }) => lastAt),
      longestGapMs: longestGap.ms,
      longestGap,
      longestGapByConnection: {
        'keep-alive': this.#gaps['keep-alive'].longestUntil(at),
        fresh: this.#gaps.fresh.longestUntil(at),
      },
    };
  }

  #answeredBy(version: string, at: number): void {
    const name = this.#versions.has(version) || this.#versions.size < versionLimit ? version : 'others';
    const known = this.#versions.get(name);
    this.#versions.set(name, { count: (known?.count ?? 0) + 1, firstAt: known?.firstAt ?? at, lastAt: at });
  }

  #perVersion(pick: (entry: { count: number; firstAt: number; lastAt: number }) => number): Record<string, number> {
    return Object.fromEntries([...this.#versions].map(([version, entry]) => [version, pick(entry)]));
  }
}

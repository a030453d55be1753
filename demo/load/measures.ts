import { createHistogram } from 'node:perf_hooks';
import type { ConnectionKind, Result } from './outcome.ts';
import type { Failure, LoadEnd, LoadReport, LoadStats, Mark } from './report.ts';
import { StallMonitor } from './stall-monitor.ts';
import { Tally } from './tally.ts';
import { Timeline } from './timeline.ts';

const keptFailures = 10;
const markLimit = 100;

/** Everything that is measured of one load. */
export class Measures {
  readonly #startedAt: number;
  readonly #stalls = new StallMonitor();
  readonly #total = new Tally((time) => this.#stalls.longestSince(time));
  readonly #marks: { name: string; at: number; tally: Tally }[] = [];
  readonly #timeline = new Timeline();
  readonly #firstFailures: Failure[] = [];
  readonly #latencyUs = createHistogram({ lowest: 1, highest: 120_000_000, figures: 3 });
  #missed = 0;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Begins a part of the load with totals of its own. Throws an Error beyond a hundred. */
  mark(name: string, at: number): void {
    if (this.#marks.length >= markLimit) throw new Error(`mark ${name}: a load has at most ${markLimit} marks`);
    this.#marks.push({ name, at, tally: new Tally((time) => this.#stalls.longestSince(time)) });
  }

  missed(count: number): void {
    this.#missed += count;
  }

  sent(connection: ConnectionKind, at: number): void {
    for (const tally of this.#tallies()) tally.sent(connection, at);
  }

  ended(result: Result): void {
    for (const tally of this.#tallies()) tally.ended(result);
    this.#timeline.add(result);
    const { outcome, connection, url, endedAt, dueAt, isRetried } = result;
    if (outcome.kind !== 'failed') {
      this.#latencyUs.record(Math.max(1, Math.round((endedAt - dueAt) * 1_000)));
    } else if (this.#firstFailures.length < keptFailures) {
      const { failure: kind, message } = outcome;
      this.#firstFailures.push({ at: endedAt, kind, message, connection, url, isRetried });
    }
  }

  stats(at: number, inFlight: number): LoadStats {
    return { ...this.#measured(at), at, inFlight, lastSecond: this.#timeline.lastSecond(at) };
  }

  /** The end of the measuring. Gaps count until `stoppedAt`, when the last request had been sent. */
  report(stoppedAt: number, endedAt: number, endedBy: LoadEnd): LoadReport {
    this.#stalls.stop();
    return { ...this.#measured(stoppedAt), endedAt, endedBy, timeline: this.#timeline.seconds() };
  }

  #tallies(): Tally[] {
    return [this.#total, ...this.#marks.map(({ tally }) => tally)];
  }

  #measured(at: number) {
    const { ms, endedAt } = this.#stalls.longest;
    const percentile = (share: number) => (this.#latencyUs.count === 0 ? 0 : this.#latencyUs.percentile(share) / 1_000);
    const marks: Mark[] = this.#marks.map(({ name, at: markedAt, tally }) => ({
      name,
      at: markedAt,
      ...tally.totals(at),
    }));
    return {
      ...this.#total.totals(at),
      startedAt: this.#startedAt,
      missed: this.#missed,
      firstFailures: [...this.#firstFailures],
      latencyMs: { p50: percentile(50), p95: percentile(95), p99: percentile(99), max: percentile(100) },
      generatorStallMs: ms,
      generatorStallEndedAt: endedAt,
      marks,
    };
  }
}

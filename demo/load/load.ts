import { now } from './clock.ts';
import { Connections } from './connections.ts';
import { Measures } from './measures.ts';
import { completeOptions } from './options.ts';
import type { CompleteOptions, LoadOptions } from './options.ts';
import type { ConnectionKind } from './outcome.ts';
import { Pacer } from './pacer.ts';
import type { LoadEnd, LoadReport, LoadStats } from './report.ts';
import type { Target } from './target.ts';

/** A load that is running in this process. */
export interface Load {
  stats(): LoadStats;
  /** Begins a part with totals of its own, such as `cutover`. */
  mark(name: string): void;
  /** Sends no more, and waits for the answers of what is in flight. */
  stop(): Promise<LoadReport>;
  /** Settles when the load has ended, by `stop` or by its bounds. */
  readonly finished: Promise<LoadReport>;
}

/** Requests in flight at once; what becomes due beyond that is missed. */
const inFlightLimit = 2_000;

/**
 * Starts to send requests at a fixed rate, whatever becomes of them. Throws an Error when the options are wrong, above
 * all when a URL is not on this machine.
 */
export function startLoad(options: LoadOptions): Load {
  return new RunningLoad(completeOptions(options));
}

class RunningLoad implements Load {
  readonly finished: Promise<LoadReport>;
  readonly #options: CompleteOptions;
  readonly #connections: Connections;
  readonly #startedAt = now();
  readonly #measures = new Measures(this.#startedAt);
  readonly #pacer: Pacer;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #sentBy: Record<ConnectionKind, number> = { 'keep-alive': 0, fresh: 0 };
  #end: (by: LoadEnd) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CompleteOptions) {
    this.#options = options;
    this.#connections = new Connections(options);
    this.#pacer = new Pacer(options.requestsPerSecond, this.#startedAt);
    this.finished = this.#run();
  }

  stats(): LoadStats {
    return this.#measures.stats(now(), this.#inFlight.size);
  }

  mark(name: string): void {
    this.#measures.mark(name, now());
  }

  async stop(): Promise<LoadReport> {
    this.#end('stopped');
    return await this.finished;
  }

  async #run(): Promise<LoadReport> {
    const endedBy = await new Promise<LoadEnd>((resolve) => {
      this.#end = resolve;
      this.#tick();
    });
    clearTimeout(this.#timer);
    const stoppedAt = now();
    await Promise.all(this.#inFlight);
    this.#connections.close();
    return this.#measures.report(stoppedAt, now(), endedBy);
  }

  #tick(): void {
    const at = now();
    const { due, missed } = this.#pacer.take(at);
    this.#measures.missed(missed);
    for (const dueAt of due) {
      if (this.#sent >= this.#options.maxRequests) return this.#end('max-requests');
      if (this.#inFlight.size >= inFlightLimit) this.#measures.missed(1);
      else this.#send(dueAt);
    }
    if (at - this.#startedAt >= this.#options.durationMs) return this.#end('duration');
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, this.#pacer.nextDueAt - now()));
  }

  get #sent(): number {
    return this.#sentBy.fresh + this.#sentBy['keep-alive'];
  }

  #send(dueAt: number): void {
    // By exact shares, and each kind takes the targets in turn: so that every kind reaches every target.
    const { keepAliveShare, targets } = this.#options;
    const connection = this.#sentBy['keep-alive'] < (this.#sent + 1) * keepAliveShare ? 'keep-alive' : 'fresh';
    const target = targets[this.#sentBy[connection]++ % targets.length] as Target;
    this.#measures.sent(connection, dueAt);
    const request = this.#connections.send(target, connection, dueAt).then((result) => {
      this.#measures.ended(result);
      this.#inFlight.delete(request);
    });
    this.#inFlight.add(request);
  }
}

import { Agent } from 'node:http';
import { attempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { classify, isRetriable } from './classify.ts';
import { now } from './clock.ts';
import type { ConnectionKind, Result } from './outcome.ts';
import type { Target } from './target.ts';

interface Kept {
  readonly agent: Agent;
  inFlight: number;
}

/** Connections that stay open, each like a client of its own, and connections that serve one request. */
export class Connections {
  readonly #fresh = new Agent({ keepAlive: false, maxSockets: Infinity });
  readonly #kept: readonly Kept[];
  readonly #timeoutMs: number;
  #next = 0;

  constructor(options: { connections: number; timeoutMs: number }) {
    this.#timeoutMs = options.timeoutMs;
    this.#kept = Array.from({ length: options.connections }, () => ({
      agent: new Agent({ keepAlive: true, maxSockets: 1 }),
      inFlight: 0,
    }));
  }

  /** Sends a request that was due at `dueAt` and waits for what becomes of it. Never rejects. */
  async send(target: Target, connection: ConnectionKind, dueAt: number): Promise<Result> {
    const remainingMs = () => Math.max(1, this.#timeoutMs - (now() - dueAt));
    const first =
      connection === 'fresh'
        ? await attempt(target, this.#fresh, remainingMs())
        : await this.#attemptKept(target, remainingMs());
    const isRetried = isRetriable(first);
    const last = isRetried ? await attempt(target, this.#fresh, remainingMs()) : first;
    const outcome = classify(last, this.#timeoutMs);
    return { outcome, connection, url: target.url, dueAt, endedAt: now(), isRetried };
  }

  close(): void {
    for (const { agent } of this.#kept) agent.destroy();
    this.#fresh.destroy();
  }

  async #attemptKept(target: Target, timeoutMs: number): Promise<Attempt> {
    const kept = this.#take();
    kept.inFlight++;
    try {
      return await attempt(target, kept.agent, timeoutMs);
    } finally {
      kept.inFlight--;
    }
  }

  /** In turn, so that every connection is used; one that is busy only when all are. */
  #take(): Kept {
    const inTurn = [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)];
    const chosen = (inTurn.find(({ inFlight }) => inFlight === 0) ?? inTurn[0]) as Kept;
    this.#next = (this.#kept.indexOf(chosen) + 1) % this.#kept.length;
    return chosen;
  }
}

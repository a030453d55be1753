/** One attempt of an activity: the real function, in a real activity context. */
import { DefaultLogger } from '@temporalio/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import { CancelledFailure } from '@temporalio/common';
import type { Owner, VirtualClock } from '../clock.ts';
import { failureOf, type Failure } from './payloads.ts';

export type AttemptEnd =
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' };

export type ActivityInfo = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[0]>;

const silent = new DefaultLogger('ERROR', () => undefined);

export class Attempt implements Owner {
  /** For example `cutover#7.2`: the second attempt of the seventh activity of this workflow. */
  readonly id: string;
  readonly activity: string;
  /** Its worker is gone: nothing of it goes on, and nobody hears of it. */
  dead = false;
  ended = false;
  /** Until when nothing that it tells Temporal arrives, in the clock's milliseconds. */
  unheardUntil = 0;
  cancelledBecause: string | null = null;
  readonly #clock: VirtualClock;
  readonly #environment: MockActivityEnvironment;

  constructor(
    clock: VirtualClock,
    id: string,
    info: ActivityInfo,
    onHeartbeat: (attempt: Attempt, details: unknown) => void,
  ) {
    this.id = id;
    this.activity = info.activityType ?? '';
    this.#clock = clock;
    this.#environment = new MockActivityEnvironment(info, { logger: silent });
    this.#environment.on('heartbeat', (details: unknown) => {
      if (!this.dead && !this.ended) onHeartbeat(this, details);
    });
  }

  /** Runs the function; never rejects, and never resolves once the attempt is dead. */
  async run(fn: (input: never) => Promise<unknown>, input: unknown): Promise<AttemptEnd> {
    try {
      const result: unknown = await this.#clock.own(this, () =>
        this.#environment.run(fn as (argument: unknown) => Promise<unknown>, input),
      );
      return { kind: 'completed', result };
    } catch (error) {
      if (error instanceof CancelledFailure && this.cancelledBecause !== null) return { kind: 'cancelled' };
      return { kind: 'failed', failure: failureOf(error) };
    } finally {
      this.ended = true;
    }
  }

  /** What the worker does when it learns that the attempt is to stop. */
  cancel(reason: 'CANCELLED' | 'NOT_FOUND' | 'WORKER_SHUTDOWN' | 'TIMED_OUT'): void {
    if (this.dead || this.ended || this.cancelledBecause !== null) return;
    this.cancelledBecause = reason;
    this.#clock.own(this, () => {
      this.#environment.cancel(reason);
    });
  }

  die(): void {
    this.dead = true;
  }
}

/**
 * Keeps the deadline of a step, whatever it waits for: an API server that hangs, or a pod. Most steps watch their time
 * themselves and say more; this is for the request in whose middle the time is over.
 *
 * 1. With the deadline every request of the attempt ends, so that nothing is changed by it any more.
 * 2. What fails for a passing reason is tried again up to the deadline, and not beyond it.
 */
import { setMaxListeners } from 'node:events';
import { ApplicationFailure } from '@temporalio/activity';
import { describeOverdue, type Deadline } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { clusterUntil } from '../kubernetes/cluster.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import { timeLimit, type TimeLimit } from '../kubernetes/time-limit.ts';
import type { Attempt } from './attempt.ts';
import type { Dependencies } from './dependencies.ts';

/** What bounds one call of a step. */
export interface Terms {
  /** As it is called in messages: `smoke of default/api`. */
  readonly what: string;
  readonly deadline: Deadline;
  /** So long a step has beyond its deadline to tell what was missing. */
  readonly graceMs: number;
}

type Run<Input, Result> = (input: Input, attempt: Attempt) => Promise<Result>;

/** What a timer of Node can hold. */
const longestTimerMs = 2 ** 31 - 1;
/** In its last seconds a step is tried again this often, and not in the intervals of the workflow. */
const lastPauseMs = 1_000;
const longestPauseMs = 5_000;

/** The step as `create` makes it, bounded by its terms. Rejects with DeploymentError('DeadlineExceeded') once they are over. */
export function withinDeadline<Input, Result>(
  create: (dependencies: Dependencies) => Run<Input, Result>,
  dependencies: Dependencies,
  termsOf: (input: Input) => Terms,
): Run<Input, Result> {
  return async (input, attempt) => {
    const terms = termsOf(input);
    const ms = Math.min(longestTimerMs, attempt.remaining(terms.deadline.ms) + terms.graceMs);
    // Requests do not end with a mere interruption: some clean up after it.
    const [ofRequests, ofAttempt] = [timeLimit(ms), timeLimit(ms, attempt.signal)];
    // Hundreds of requests may wait for them at once, and that is no leak.
    setMaxListeners(0, ofRequests.signal, ofAttempt.signal);
    const told = new Told(attempt, ofAttempt.signal);
    try {
      const cluster = clusterUntil(dependencies.cluster, ofRequests.signal);
      const step = create({ ...dependencies, cluster });
      return await Promise.race([step(input, told), timeOver(ofRequests)]);
    } catch (error) {
      throw failureOf(error, { terms, attempt, isOver: ofRequests.signal.aborted, told });
    } finally {
      ofRequests.release();
      ofAttempt.release();
    }
  };
}

/** Rejects when the time is over. */
function timeOver({ signal }: TimeLimit): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

interface Ended {
  readonly terms: Terms;
  readonly attempt: Attempt;
  readonly isOver: boolean;
  readonly told: Told;
}

function failureOf(error: unknown, { terms, attempt, isOver, told }: Ended): unknown {
  if (attempt.signal.aborted || error instanceof DeploymentError) return error;
  const { what, deadline } = terms;
  const leftMs = attempt.remaining(deadline.ms);
  if (isOver || leftMs === 0) {
    const why = isOver ? told.words : describeApiError(error);
    const next = 'Now see whether the worker reaches the API server and the pods; then deploy again';
    return new DeploymentError(
      'DeadlineExceeded',
      describeOverdue(deadline, { undone: `${what} is not done`, why, next }),
    );
  }
  if (leftMs > longestPauseMs) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const nextRetryDelay = Math.min(lastPauseMs, leftMs);
  return ApplicationFailure.create({ message: cause.message, type: cause.name, nextRetryDelay, cause });
}

/** The attempt as the step has it. It remembers what the step said last, and says nothing once the time is over. */
class Told implements Attempt {
  readonly number: number;
  readonly signal: AbortSignal;
  readonly log: Attempt['log'];
  readonly #attempt: Attempt;
  #last: string | null = null;

  constructor(attempt: Attempt, signal: AbortSignal) {
    this.#attempt = attempt;
    this.number = attempt.number;
    this.log = attempt.log;
    this.signal = signal;
  }

  /** Why the step is not done, as far as it is known. */
  get words(): string {
    const waited = 'it waited for an answer that did not come';
    return this.#last === null ? waited : `${waited}, after this: ${this.#last}`;
  }

  heartbeat(details: Parameters<Attempt['heartbeat']>[0]): void {
    if (this.signal.aborted) return;
    this.#last = details.progress.summary;
    this.#attempt.heartbeat(details);
  }

  resume(): unknown {
    return this.#attempt.resume();
  }

  remaining(ms: number): number {
    return this.#attempt.remaining(ms);
  }
}

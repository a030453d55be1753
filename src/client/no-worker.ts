/** Tells a call that no worker answered from one that failed. */
import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { StepName } from '../domain/state.ts';
import { NoWorker, TemporalCallFailed, type LastKnown } from './errors.ts';
import { codeOf, type Temporal } from './temporal.ts';

/** A worker polls at least once a minute; one that has not for this long is gone. */
const pollEveryMs = 75_000;
/** A worker answers in some tens of milliseconds; after this long it is looked for. */
const doubtAfterMs = 1_500;
/** The server refuses at once when no worker was ever seen on the queue. */
const failedPrecondition = 9;

/**
 * Runs a call that needs a worker. Throws NoWorker when none answered in time, sooner when none is there; only then the task queue
 * is asked for.
 */
export async function withWorker<T>(
  temporal: Temporal,
  taskQueue: () => Promise<string>,
  lastKnown: LastKnown | null,
  work: () => Promise<T>,
): Promise<T> {
  const givenUp = new AbortController();
  const doubt = setTimeout(() => {
    const reading = taskQueue().then((queue) => whyNoWorker(temporal, queue));
    reading.then(
      (reason) => reason !== null && givenUp.abort(),
      // The call itself tells what is wrong with the connection.
      () => undefined,
    );
  }, doubtAfterMs);
  try {
    return await temporal.call(() => temporal.connection.withAbortSignal(givenUp.signal, work));
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    throw new NoWorker(await describeSilence(temporal, await taskQueue()), lastKnown, { cause: error });
  } finally {
    clearTimeout(doubt);
  }
}

/** What the workflow left in its memo for those who list deployments. */
export function lastKnownOf(memo: Readonly<Record<string, unknown>> | undefined): LastKnown | null {
  const { phase, outcome, summary } = memo ?? {};
  if (typeof outcome !== 'string' || typeof summary !== 'string') return null;
  return { phase: typeof phase === 'string' ? (phase as StepName) : null, outcome, summary };
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  if (!(error instanceof TemporalCallFailed)) return false;
  return (
    isGrpcDeadlineError(error.cause) || isGrpcCancelledError(error.cause) || codeOf(error.cause) === failedPrecondition
  );
}

/** Why nobody has answered, though a worker may be listed. */
export async function describeSilence(temporal: Temporal, taskQueue: string): Promise<string> {
  return (
    (await whyNoWorker(temporal, taskQueue)) ??
    `no worker on task queue ${taskQueue} answered, though one polled it lately: see its log, or start one with \`cutover worker\``
  );
}

/** Says so when no worker polls the task queue, else null. */
export async function whyNoWorker(temporal: Temporal, taskQueue: string): Promise<string | null> {
  const { namespace } = temporal.settings;
  const { pollers } = await temporal.call(() =>
    temporal.connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
  );
  const seen = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
  if (seen.some((timeMs) => Date.now() - timeMs < pollEveryMs)) return null;
  return `no worker is polling task queue ${taskQueue}: start one with \`cutover worker\``;
}

/** Tries out what a spec refers to, through a worker: it has the way to the cluster, and the rights there. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { formatDuration } from '../domain/duration.ts';
import { deploymentId } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { validateType } from '../workflows/messages.ts';
import { NoWorker, TemporalCallFailed } from './errors.ts';
import { describeSilence, whyNoWorker } from './no-worker.ts';
import type { Temporal } from './temporal.ts';

export interface Validated {
  readonly mistakes: readonly SpecMistake[];
  /** What was not tried out, and why; one sentence each. */
  readonly unchecked: readonly string[];
  /** What is no mistake and good to know, such as the values that the checks give now. */
  readonly notes: readonly string[];
}

export interface ValidateOptions {
  /** Told once where no worker takes it at once. */
  readonly onTrouble?: (message: string) => void;
  readonly patience?: Patience;
}

/** How long each may take, in milliseconds. */
interface Patience {
  /** Until it is looked whether a worker has taken it. */
  readonly doubt: number;
  /** Between two such looks. */
  readonly between: number;
  /** Until a worker has taken it. */
  readonly taken: number;
  readonly answered: number;
}

/** A worker takes it within some tens of milliseconds. To answer it has 75 seconds. */
const usual: Patience = { doubt: 1_500, between: 500, taken: 10_000, answered: 90_000 };
/** That it was started, and that it waits for a worker. */
const eventsUntaken = 2;

/** Throws NoWorker where none polls or takes it, TemporalCallFailed where none has answered in time. */
export async function validateSpec(temporal: Temporal, spec: Spec, options: ValidateOptions = {}): Promise<Validated> {
  const missing = await whyNoWorker(temporal, temporal.settings.taskQueue);
  if (missing !== null) throw new NoWorker(missing, null);
  const id = deploymentId(spec.namespace, spec.app);
  const { patience = usual } = options;
  const tooLate = AbortSignal.timeout(patience.answered);
  const over = new AbortController();
  try {
    const handle = await start(temporal, spec, id, patience);
    const answered = temporal.longCall(AbortSignal.any([tooLate, over.signal]), () => handle.result());
    const taken = demandTaken(temporal, handle, { ...options, patience, signal: over.signal });
    const result: unknown = await Promise.race([answered, taken.then(() => answered)]);
    // An older worker gives no notes.
    return { notes: [], ...(result as Omit<Validated, 'notes'>) };
  } catch (error) {
    if (error instanceof NoWorker) throw error;
    if (tooLate.aborted) {
      const message = `no worker has answered what the spec of ${id} refers to within ${formatDuration(patience.answered)}: see its log`;
      throw new TemporalCallFailed(message, true, { cause: error });
    }
    if (error instanceof TemporalCallFailed) throw error;
    throw new TemporalCallFailed(
      `the worker could not try out the spec of ${id}: ${reasonOf(error)}: see its log`,
      false,
      {
        cause: error,
      },
    );
  } finally {
    over.abort();
  }
}

function start(temporal: Temporal, spec: Spec, id: string, { answered }: Patience): Promise<WorkflowHandle> {
  return temporal.call(() =>
    temporal.client.workflow.start(validateType, {
      workflowId: `${id}/validate/${randomUUID()}`,
      taskQueue: temporal.settings.taskQueue,
      args: [spec],
      workflowExecutionTimeout: answered,
      staticSummary: `${id}: tries out what the spec refers to`.slice(0, 180),
    }),
  );
}

/** Resolves once a worker has taken it. A worker that has just gone is listed for a minute still: that none takes it is seen sooner. */
async function demandTaken(
  temporal: Temporal,
  handle: WorkflowHandle,
  { onTrouble, patience, signal }: ValidateOptions & { readonly patience: Patience; readonly signal: AbortSignal },
): Promise<void> {
  const { taskQueue } = temporal.settings;
  const since = performance.now();
  await setTimeout(patience.doubt, undefined, { signal });
  if (await isTaken(temporal, handle)) return;
  onTrouble?.(`waiting for a worker on task queue ${taskQueue}: one polled it lately, and none takes this`);
  while (performance.now() - since < patience.taken) {
    await setTimeout(patience.between, undefined, { signal });
    if (await isTaken(temporal, handle)) return;
  }
  throw new NoWorker(await describeSilence(temporal, taskQueue), null);
}

async function isTaken(temporal: Temporal, handle: WorkflowHandle): Promise<boolean> {
  const { historyLength } = await temporal.call(() => handle.describe());
  return historyLength > eventsUntaken;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

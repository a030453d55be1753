/** Tries out what a spec refers to, through a worker: it has the way to the cluster, and the rights there. */
import { randomUUID } from 'node:crypto';
import { formatDuration } from '../domain/duration.ts';
import { deploymentId } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { validateType } from '../workflows/messages.ts';
import { NoWorker, TemporalCallFailed } from './errors.ts';
import { whyNoWorker } from './no-worker.ts';
import type { Temporal } from './temporal.ts';

export interface Validated {
  readonly mistakes: readonly SpecMistake[];
  /** What was not tried out, and why; one sentence each. */
  readonly unchecked: readonly string[];
  /** What is no mistake and good to know, such as the values that the checks give now. */
  readonly notes: readonly string[];
}

/** As long as the worker has, and a little more. */
const patienceMs = 90_000;

/** Throws NoWorker where none polls, TemporalCallFailed where none has answered in time. */
export async function validateSpec(temporal: Temporal, spec: Spec): Promise<Validated> {
  const { taskQueue } = temporal.settings;
  const missing = await whyNoWorker(temporal, taskQueue);
  if (missing !== null) throw new NoWorker(missing, null);
  const id = deploymentId(spec.namespace, spec.app);
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const result: unknown = await temporal.longCall(patience, () =>
      temporal.client.workflow.execute(validateType, {
        workflowId: `${id}/validate/${randomUUID()}`,
        taskQueue,
        args: [spec],
        workflowExecutionTimeout: patienceMs,
        staticSummary: `${id}: tries out what the spec refers to`.slice(0, 180),
      }),
    );
    // An older worker gives no notes.
    return { notes: [], ...(result as Omit<Validated, 'notes'>) };
  } catch (error) {
    if (patience.aborted) {
      const message = `no worker has answered what the spec of ${id} refers to within ${formatDuration(patienceMs)}: see its log`;
      throw new TemporalCallFailed(message, true, { cause: error });
    }
    const why =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    if (error instanceof TemporalCallFailed) throw error;
    throw new TemporalCallFailed(`the worker could not try out the spec of ${id}: ${why}: see its log`, false, {
      cause: error,
    });
  }
}

/** What is known of one deployment: its state document, and what its running activity last reported. */
import {
  QueryNotRegisteredError,
  WorkflowFailedError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError, type ProtoFailure } from '@temporalio/common';
import { keysVariable } from '../codec/payload-keys.ts';
import type { Progress } from '../domain/progress.ts';
import type { DeploymentState } from '../domain/state.ts';
import { stateQuery, workflowType } from '../workflows/messages.ts';
import { DeploymentNotFound, DeploymentWithoutRecord, TemporalCallFailed } from './errors.ts';
import { lastKnownOf, withWorker } from './no-worker.ts';
import { codeOf, grpc, type Temporal } from './temporal.ts';

export interface DeploymentStatus {
  readonly state: DeploymentState;
  /** What the step that runs reports between two changes of the state; null when no step does. */
  readonly progress: Progress | null;
  /** An activity whose last attempt failed and that is tried again; null when all goes well. */
  readonly retrying: { readonly activity: string; readonly attempt: number; readonly lastFailure: string } | null;
  /** `default/api → myapp:v2.0`: what `cutover deploy` asked for, where the document has no spec as it was refused. */
  readonly asked?: string;
}

/** What a failure says whose message is encrypted. */
const encodedFailure = 'Encoded failure';

/**
 * The status of the latest deployment of this id, or of the one with this run id.
 * Throws DeploymentNotFound, NoWorker, DeploymentWithoutRecord or TemporalCallFailed.
 */
export async function readStatus(temporal: Temporal, id: string, runId?: string): Promise<DeploymentStatus> {
  const handle = temporal.client.workflow.getHandle(id, runId);
  const description = await describe(temporal, handle, { id, runId });
  if (description.status.name !== 'RUNNING') {
    const state = await endedState(temporal, handle, description);
    const asked = state.spec === null ? await temporal.call(() => description.staticSummary()) : undefined;
    return { state, progress: null, retrying: null, ...(asked === undefined ? {} : { asked }) };
  }
  const state = await askWorker(temporal, handle, description);
  return { state, ...(await activityOf(temporal, description)) };
}

function askWorker(
  temporal: Temporal,
  handle: WorkflowHandle,
  description: WorkflowExecutionDescription,
): Promise<DeploymentState> {
  const { taskQueue, memo } = description;
  const queue = (): Promise<string> => Promise.resolve(taskQueue);
  return withWorker(temporal, queue, lastKnownOf(memo), () => askState(handle, description));
}

/** Throws TemporalCallFailed where the worker could not read the deployment: another worker, or its next start, may. */
async function askState(handle: WorkflowHandle, { taskQueue }: WorkflowExecutionDescription): Promise<DeploymentState> {
  try {
    return await handle.query(stateQuery);
  } catch (error) {
    if (!(error instanceof QueryNotRegisteredError)) throw error;
    const reason =
      error.message === encodedFailure
        ? `see its log, and whether its ${keysVariable} has the keys that are given here`
        : error.message;
    const message = `the worker on task queue ${taskQueue} cannot read ${handle.workflowId}: ${reason}`;
    throw new TemporalCallFailed(message, true, { cause: error });
  }
}

/** What Temporal itself knows of a deployment. Throws DeploymentNotFound or TemporalCallFailed. */
export async function readExecution(
  temporal: Temporal,
  id: string,
  runId?: string,
): Promise<{ readonly runId: string; readonly historyLength: number; readonly taskQueue: string }> {
  return describe(temporal, temporal.client.workflow.getHandle(id, runId), { id, runId });
}

/** The document that a deployment ended with; waits for the end of one that runs. */
export async function finalState(handle: WorkflowHandle): Promise<DeploymentState> {
  try {
    return (await handle.result()) as DeploymentState;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const [state] = error.cause instanceof ApplicationFailure ? (error.cause.details ?? []) : [];
    if (isState(state)) return state;
    throw new DeploymentWithoutRecord(
      `the workflow ${handle.workflowId} ended without a record (${error.cause?.message ?? error.message}); nothing was ` +
        'undone: see which slot the Service selects, then deploy again',
      { cause: error },
    );
  }
}

/** The document of a deployment that is over; one that was ended from outside is asked for it as if it ran. */
async function endedState(
  temporal: Temporal,
  handle: WorkflowHandle,
  description: WorkflowExecutionDescription,
): Promise<DeploymentState> {
  try {
    return await temporal.call(() => finalState(handle));
  } catch (error) {
    if (!(error instanceof DeploymentWithoutRecord)) throw error;
    const state = await askWorker(temporal, handle, description);
    if (state.outcome !== 'running') return state;
    const finishedAt = description.closeTime?.toISOString() ?? null;
    return { ...state, outcome: 'terminated', finishedAt, waitingFor: null, next: null };
  }
}

async function describe(
  temporal: Temporal,
  handle: WorkflowHandle,
  { id, runId }: { readonly id: string; readonly runId: string | undefined },
): Promise<WorkflowExecutionDescription> {
  try {
    const description = await temporal.call(() => handle.describe());
    if (description.type === workflowType) return description;
    throw new DeploymentNotFound(id, `the workflow ${id} is no deployment: its type is ${description.type}`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError || isNoRunId(error))) throw error;
    if (runId === undefined) throw new DeploymentNotFound(id);
    throw new DeploymentNotFound(id, `${id} has no deployment with the run id ${runId}: see \`cutover list --json\``);
  }
}

/** What Temporal says of a run id that it never gave to anything. */
function isNoRunId(error: unknown): boolean {
  return error instanceof TemporalCallFailed && codeOf(error.cause) === grpc.invalidArgument;
}

async function activityOf(
  temporal: Temporal,
  { raw }: WorkflowExecutionDescription,
): Promise<Pick<DeploymentStatus, 'progress' | 'retrying'>> {
  for (const { activityType, attempt, lastFailure, heartbeatDetails } of raw.pendingActivities ?? []) {
    const [payload] = heartbeatDetails?.payloads ?? [];
    const details = payload == null ? undefined : await temporal.valueOf(payload);
    const failed = lastFailure == null ? undefined : await messageOf(temporal, lastFailure);
    return {
      progress: progressOf(details),
      retrying:
        failed == null
          ? null
          : { activity: activityType?.name ?? 'activity', attempt: attempt ?? 1, lastFailure: failed },
    };
  }
  return { progress: null, retrying: null };
}

/** Where payloads are encrypted, the message is in one of them. */
async function messageOf(
  temporal: Temporal,
  { encodedAttributes, message }: ProtoFailure,
): Promise<string | null | undefined> {
  const attributes = encodedAttributes == null ? null : await temporal.valueOf(encodedAttributes);
  return isObject(attributes) && typeof attributes['message'] === 'string' ? attributes['message'] : message;
}

function progressOf(details: unknown): Progress | null {
  if (!isObject(details) || !isObject(details['progress'])) return null;
  const { progress } = details;
  const complete = typeof progress['summary'] === 'string' && typeof progress['at'] === 'string';
  return complete ? (progress as unknown as Progress) : null;
}

function isState(value: unknown): value is DeploymentState {
  return isObject(value) && typeof value['outcome'] === 'string' && Array.isArray(value['steps']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

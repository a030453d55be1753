/** Starts a deployment, and gets what is in its way out of it where that is allowed. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { PayloadUnreadable } from '../codec/payload-codec.ts';
import { isPromoted } from '../domain/decision-rules.ts';
import { fitted } from '../domain/message.ts';
import { deploymentId } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { parseSpec, type SpecMistake } from '../domain/spec-mistakes.ts';
import type { DeploymentState, StepName } from '../domain/state.ts';
import { workflowType, type DeployRequest } from '../workflows/messages.ts';
import { DeploymentNotFound, DeploymentWithoutRecord, RecordUnreadable } from './errors.ts';
import { standingOf } from './previous.ts';
import { sendMessage } from './send-message.ts';
import { readStatus, type DeploymentStatus } from './status.ts';
import type { Temporal } from './temporal.ts';
import { leftBehind } from './undo.ts';
import { demandNoFallback } from './unreadable.ts';
import { isFinal, waitUntil, type WaitOptions } from './wait.ts';

export interface DeployOptions extends WaitOptions {
  /** The spec as its user wrote it; it is validated before anything is started. */
  readonly spec: unknown;
  readonly by: string;
  readonly reason?: string;
  /** Whether a deployment that has not been promoted yet is rolled back to make way, and a fallback given up. */
  readonly replace?: boolean;
  /** Whether a Deployment in the candidate's slot is deleted that cutover has not made. */
  readonly deleteUnmanaged?: boolean;
  /** Told what is done about a deployment in the way. */
  readonly onMakingWay?: (message: string) => void;
}

export type DeployResult =
  | { readonly kind: 'started'; readonly id: string; readonly runId: string }
  | { readonly kind: 'invalid'; readonly mistakes: readonly SpecMistake[] }
  | { readonly kind: 'refused'; readonly message: string; readonly inTheWay: InTheWay };

export interface InTheWay {
  readonly id: string;
  readonly runId: string;
  readonly phase: StepName;
}

/** Two callers may race for the same app; after this many lost races something else is wrong. */
const attempts = 5;

/** Starts a deployment of the spec's app; one that is in retention is superseded. */
export async function startDeployment(temporal: Temporal, options: DeployOptions): Promise<DeployResult> {
  const parsed = parseSpec(options.spec);
  if (!parsed.ok) return { kind: 'invalid', mistakes: parsed.mistakes };
  const id = deploymentId(parsed.spec.namespace, parsed.spec.app);
  const unfinished = options.replace === true ? null : await whatIsUnfinished(temporal, id);
  if (unfinished !== null) return unfinished;
  for (let attempt = 1; ; attempt += 1) {
    const runId = await tryToStart(temporal, id, parsed.spec, options);
    if (runId !== null) return { kind: 'started', id, runId };
    const refusal = await makeWay(temporal, id, parsed.spec, options);
    if (refusal !== null) return refusal;
    if (attempt === attempts) {
      const { state } = await readStatus(temporal, id);
      return refuse(state, 'others keep starting deployments of it at the same time: try again');
    }
  }
}

/** A deployment that was ended from outside after its cutover has left a fallback, which the next one would replace. */
async function whatIsUnfinished(temporal: Temporal, id: string): Promise<Refusal | null> {
  const state = await standing(temporal, id);
  if (state === null) return null;
  const ended = leftBehind(state);
  if (ended === null || state.outcome === 'failed' || state.traffic?.slot !== ended.candidateSlot) return null;
  return {
    kind: 'refused',
    message:
      `the last deployment of ${id} is over without having finished (${state.outcome} at ${state.phase}): production is on ` +
      `${ended.candidateSlot}, and ${ended.stableSlot} is its fallback. \`cutover rollback ${id}\` switches back; ` +
      'with --replace the fallback is given up for the new candidate',
    inTheWay: { id, runId: state.runId, phase: state.phase },
  };
}

/** As which deployment the cluster stands; null where nothing is left to go back to. */
async function standing(temporal: Temporal, id: string): Promise<DeploymentState | null> {
  try {
    const last = await statusOf(temporal, id);
    return last === null ? null : await standingOf(temporal, last.state);
  } catch (error) {
    if (!(error instanceof PayloadUnreadable)) throw error;
    await demandNoFallback(temporal, id, error);
    return null;
  }
}

/** What is deployed, in a few words. */
function wordCandidate({ candidate }: Spec): string {
  return candidate.image ?? 'a manifest';
}

/** The run id, or null when a deployment of this id runs. */
async function tryToStart(temporal: Temporal, id: string, spec: Spec, options: DeployOptions): Promise<string | null> {
  const request: DeployRequest = {
    ...fitted(options),
    ...(options.deleteUnmanaged === true ? { deleteUnmanaged: true } : {}),
  };
  const summary = `${id} → ${wordCandidate(spec)}`;
  try {
    const handle = await temporal.call(() =>
      temporal.client.workflow.start(workflowType, {
        workflowId: id,
        taskQueue: temporal.settings.taskQueue,
        args: [options.spec, request],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        memo: { app: spec.app, phase: 'preflight', outcome: 'running', summary: `${id} starts` },
        staticSummary: summary.slice(0, 180),
        staticDetails: `Requested by ${options.by}: ${options.reason ?? 'no reason given'}`.slice(0, 4_000),
      }),
    );
    return handle.firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

/** Gets the running deployment out of the way, or says why it stays. */
async function makeWay(temporal: Temporal, id: string, spec: Spec, options: DeployOptions): Promise<Refusal | null> {
  const running = await inTheWay(temporal, id);
  if (running === null || isFinal(running.state)) return null;
  const { state } = running;
  const by = fitted({ by: options.by, reason: `${wordCandidate(spec)} is deployed next` });
  if (isPromoted(state.phase)) {
    const supersededBy = `${wordCandidate(spec)}, deployed by ${options.by}`.slice(0, 200);
    // Past its retention a deployment takes no message any more: it is about to end by itself.
    if (state.phase === 'retention') {
      const answer = await sendMessage(temporal, id, 'finish', {
        ...by,
        supersededBy,
        successor: options.spec,
        deleteUnmanaged: options.deleteUnmanaged === true,
      });
      if (answer.kind === 'refused') return refused(state, `nothing was started: ${answer.message}`);
    }
    options.onMakingWay?.(`${id} is at ${state.phase}: it is superseded`);
  } else if (options.replace === true) {
    options.onMakingWay?.(`${id} is at ${state.phase}: it is rolled back to make way`);
    if (state.phase !== 'rollback') await sendMessage(temporal, id, 'rollback', by);
  } else {
    return refuse(state, `answer it (\`cutover status ${id}\`), or roll it back first with --replace`);
  }
  const end = await waitUntil(temporal, { id, runId: state.runId }, isFinal, options);
  if (end.kind !== 'reached') {
    const why =
      end.kind === 'timedOut' ? 'the time to wait for its end is over' : 'the wait for its end was interrupted';
    return refuse(end.status?.state ?? state, `${why}, and nothing was started: try again`);
  }
  if (end.status.state.outcome === 'rollback-failed') {
    return refuse(end.status.state, `its rollback failed and an operator is needed: \`cutover status ${id}\``);
  }
  return null;
}

async function inTheWay(temporal: Temporal, id: string): Promise<DeploymentStatus | null> {
  try {
    return await statusOf(temporal, id);
  } catch (error) {
    if (!(error instanceof PayloadUnreadable)) throw error;
    const message = `a deployment of ${id} runs and is in the way, and cannot be read: ${error.message}. Nothing was started`;
    throw new RecordUnreadable(message, { cause: error });
  }
}

async function statusOf(temporal: Temporal, id: string): Promise<DeploymentStatus | null> {
  try {
    return await readStatus(temporal, id);
  } catch (error) {
    if (error instanceof DeploymentNotFound || error instanceof DeploymentWithoutRecord) return null;
    throw error;
  }
}

type Refusal = Extract<DeployResult, { kind: 'refused' }>;

function refuse(state: DeploymentState, advice: string): Refusal {
  return refused(state, `a deployment of ${state.id} is in the way: it is at ${state.phase}; ${advice}`);
}

function refused({ id, runId, phase }: DeploymentState, message: string): Refusal {
  return { kind: 'refused', message, inTheWay: { id, runId, phase } };
}

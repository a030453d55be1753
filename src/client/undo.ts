/** What a deployment left behind whose workflow is over, and the workflow that switches it back. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import { otherSlot } from '../domain/slot.ts';
import { fitted, type Message } from '../domain/message.ts';
import type { DeploymentState } from '../domain/state.ts';
import { workflowType, type DeployRequest } from '../workflows/messages.ts';
import { readStatus } from './status.ts';
import type { Temporal } from './temporal.ts';

/** Null unless the deployment ended in a way that leaves the cluster as it happened to be, with a slot to go back to. */
export function leftBehind({ outcome, runId, spec, stable }: DeploymentState): EndedDeployment | null {
  const ended = outcome === 'terminated' || outcome === 'rollback-failed' || outcome === 'failed';
  if (!ended || spec === null || stable === null) return null;
  return { runId, stableSlot: stable.slot, candidateSlot: otherSlot(stable.slot) };
}

/** Starts the switch back; null where another deployment of the app has begun in the meantime. */
export async function startUndo(
  temporal: Temporal,
  { id, spec }: DeploymentState,
  undo: EndedDeployment,
  message: Message,
): Promise<DeploymentState | null> {
  const request: DeployRequest = { ...fitted(message), undo };
  try {
    const { firstExecutionRunId: runId } = await temporal.call(() =>
      temporal.client.workflow.start(workflowType, {
        workflowId: id,
        taskQueue: temporal.settings.taskQueue,
        args: [spec, request],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        memo: { app: spec?.app ?? '', phase: 'preflight', outcome: 'running', summary: `${id} is switched back` },
        staticSummary: `${id} back to ${undo.stableSlot}`.slice(0, 180),
        staticDetails: `In place of ${undo.runId}, which is over`,
      }),
    );
    return (await readStatus(temporal, id, runId)).state;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

/**
 * BlueGreenDeploy: one deployment of one app, from preflight to the teardown of the slot that it replaced.
 *
 * 1. A rollback is taken at any moment until stable is torn down; it interrupts whatever step is running.
 * 2. What has to be undone is decided by how far the walk came, never by asking the candidate.
 * 3. Everything that follows an interruption runs where a cancellation cannot reach it.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeploymentState } from '../domain/state.ts';
import { rollBack } from './roll-back.ts';
import { Deployment } from './deployment.ts';
import type { DeployRequest } from './messages.ts';
import { approval } from './steps/approval.ts';
import { cutover } from './steps/cutover.ts';
import { deploy } from './steps/deploy.ts';
import { monitor } from './steps/monitor.ts';
import { preflight } from './steps/preflight.ts';
import { retention } from './steps/retention.ts';
import { smoke } from './steps/smoke.ts';
import { soak } from './steps/soak.ts';
import { drain, teardown } from './steps/teardown.ts';
import { warmUp } from './steps/warm-up.ts';
import { undo } from './undo.ts';

/**
 * The workflow. `spec` is a raw spec, validated by preflight; the result is the state document.
 * Fails, with the document as the failure's details, when the deployment was refused or could not be rolled back.
 */
export async function blueGreenDeploy(spec: unknown, request?: DeployRequest): Promise<DeploymentState> {
  const deployment = new Deployment(workflowInfo(), request);
  try {
    await deployment.interruptible(async () => {
      if (request?.undo === undefined) await walk(deployment, spec, request?.deleteUnmanaged === true);
      else await undo(deployment, spec, request.undo);
    });
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      await rollBack(deployment, error);
    });
  }
  // An Update that is still being considered is answered before the workflow ends.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return conclude(deployment.state);
}

async function walk(deployment: Deployment, spec: unknown, deleteUnmanaged: boolean): Promise<void> {
  await preflight(deployment, spec, deleteUnmanaged);
  await deploy(deployment);
  await warmUp(deployment);
  await smoke(deployment);
  await soak(deployment);
  await approval(deployment);
  await cutover(deployment);
  await monitor(deployment);
  const end = await retention(deployment);
  if (end === 'superseded') return;
  await drain(deployment);
  await teardown(deployment);
}

function conclude(state: DeploymentState): DeploymentState {
  switch (state.outcome) {
    case 'refused':
    case 'failed':
    case 'rollback-failed':
      throw ApplicationFailure.create({
        type: state.failure?.name ?? 'Unexpected',
        message: state.failure?.message ?? `${state.id} ended as ${state.outcome}`,
        nonRetryable: true,
        details: [state],
      });
    case 'running':
    case 'terminated':
    case 'finished':
    case 'superseded':
    case 'rolled-back':
    case 'rejected':
    case 'approval-timed-out':
      return state;
  }
}

/**
 * Switches back what a deployment did whose workflow has ended without doing so: somebody has terminated it, or its
 * rollback failed. Its slots stay as they are.
 */
import { CancelledFailure, workflowInfo } from '@temporalio/workflow';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import { slotName } from '../domain/slot.ts';
import type { Deployment } from './deployment.ts';
import { runPreflight } from './step-activities.ts';

/** Takes over from the ended deployment, and leaves the switch to the rollback that follows every interruption. */
export async function undo(deployment: Deployment, spec: unknown, ended: EndedDeployment): Promise<never> {
  deployment.begin('preflight');
  const { record, runId } = deployment;
  const plan = await runPreflight({ spec, workflowId: workflowInfo().workflowId, runId, undo: ended });
  record.planned(plan);
  record.seen({ candidate: plan.candidate ?? null });
  deployment.target = { spec: plan.spec, runId, stableSlot: plan.stableSlot, candidateSlot: plan.candidateSlot };
  deployment.inPlaceOf = ended.runId;
  deployment.reached = 'switch';
  const back = slotName(plan.spec.app, ended.stableSlot);
  record.end('preflight', 'done', `production goes back to ${back}, in place of the run ${ended.runId}`);
  deployment.undo();
  throw new CancelledFailure(`${deployment.state.id} deploys nothing`);
}

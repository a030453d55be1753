import { workflowInfo } from '@temporalio/workflow';
import { slotName } from '../../domain/slot.ts';
import type { Deployment } from '../deployment.ts';
import { runPreflight } from '../step-activities.ts';

/** Validates the spec, fills in its defaults, and reads from the cluster which slot is live. Changes nothing. */
export async function preflight(deployment: Deployment, spec: unknown, deleteUnmanaged: boolean): Promise<void> {
  deployment.begin('preflight');
  const { record, runId } = deployment;
  const plan = await runPreflight({ spec, workflowId: workflowInfo().workflowId, runId, deleteUnmanaged });
  record.planned(plan);
  deployment.target = { spec: plan.spec, runId, stableSlot: plan.stableSlot, candidateSlot: plan.candidateSlot };
  const candidate = slotName(plan.spec.app, plan.candidateSlot);
  const stable =
    plan.stableSlot === null ? 'nothing is live yet' : `${slotName(plan.spec.app, plan.stableSlot)} is live`;
  record.end('preflight', 'done', `${stable}; the candidate becomes ${candidate}`);
}

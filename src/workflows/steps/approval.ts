import { ApplicationFailure } from '@temporalio/workflow';
import { toMilliseconds } from '../../domain/duration.ts';
import type { Deployment } from '../deployment.ts';
import { dueIn } from '../step-activities.ts';

/** Waits for an operator, where the spec asks for one; nobody's answer in time is a no. */
export async function approval(deployment: Deployment): Promise<void> {
  const { planned, record, state } = deployment;
  const { required, timeout } = planned.spec.approval;
  if (!required) {
    deployment.begin('approval');
    record.end('approval', 'skipped', 'the spec does not ask for approval');
    return;
  }
  deployment.begin('approval', {
    waitingFor: `an operator: cutover approve ${state.id}`,
    next: dueIn('the candidate is removed unless somebody approves', timeout),
  });
  const approved = await deployment.until(
    () => deployment.approval !== null,
    toMilliseconds(timeout),
    'approval expires',
  );
  if (!approved) {
    throw ApplicationFailure.nonRetryable(`nobody approved ${state.id} within ${timeout}`, 'ApprovalTimedOut');
  }
  record.end('approval', 'done', `${deployment.approval?.by ?? ''}: ${deployment.approval?.reason ?? ''}`);
}

import { ApplicationFailure } from '@temporalio/workflow';
import { deadlines, describeOverdue } from '../../domain/deadline.ts';
import type { Deployment } from '../deployment.ts';
import { whileBaselineIsRecorded } from '../record-baseline.ts';
import { dueIn } from '../step-activities.ts';

/** Waits for an operator, where the spec asks for one; nobody's answer in time is a no. */
export async function approval(deployment: Deployment): Promise<void> {
  const { planned, record, state } = deployment;
  const { required, timeout } = planned.spec.approval;
  const deadline = deadlines.approval(planned.spec);
  if (!required) {
    deployment.begin('approval');
    record.end('approval', 'skipped', 'the spec does not ask for approval');
    return;
  }
  deployment.begin('approval', {
    waitingFor: `an operator: cutover approve ${state.id}`,
    next: dueIn('the candidate is removed unless somebody approves', timeout),
  });
  const approved = await whileBaselineIsRecorded(deployment, () =>
    deployment.until(() => deployment.approval !== null, deadline.ms, 'approval expires'),
  );
  if (!approved) {
    const message = describeOverdue(deadline, {
      undone: `nobody has approved ${state.id}`,
      why: `it waited for cutover approve ${state.id}`,
      next: 'The candidate is removed: deploy again when somebody is there to approve',
    });
    throw ApplicationFailure.nonRetryable(message, 'ApprovalTimedOut');
  }
  record.end('approval', 'done', `${deployment.approval?.by ?? ''}: ${deployment.approval?.reason ?? ''}`);
}

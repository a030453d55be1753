import { ApplicationFailure } from '@temporalio/workflow';
import { slotName } from '../../domain/slot.ts';
import type { Deployment } from '../deployment.ts';
import { dueIn, switchActivities } from '../step-activities.ts';
import { switchRecord } from '../switch-record.ts';

/** Switches production to the candidate, all traffic at once, and verifies that it went there. */
export async function cutover(deployment: Deployment): Promise<void> {
  const { planned, record, state } = deployment;
  const { timeouts, app, service } = planned.spec;
  deployment.begin('cutover', { next: dueIn('rolls back unless the switch is verified', timeouts.cutover) });
  const fence = state.traffic?.fence ?? 0;
  const requestedAt = new Date().toISOString();
  const cause = { by: state.requestedBy, reason: state.reason };
  deployment.reached = 'switch';
  const result = await switchActivities(timeouts.cutover).cutover({ ...planned, ...cause, fence, requestedAt });
  record.seen(result);
  record.switched(switchRecord(state, 'cutover', { ...cause, requestedAt }, result));
  if (result.verifiedAt === null) {
    throw ApplicationFailure.nonRetryable(
      `${service} was switched, but could not be verified: ${result.verification}. It is switched back: deploy again when the traffic can arrive`,
      'VerificationFailed',
    );
  }
  record.end('cutover', 'done', `${service} selects ${slotName(app, planned.candidateSlot)}: ${result.verification}`);
}

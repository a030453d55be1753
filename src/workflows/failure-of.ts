import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import { deadlines, isBounded } from '../domain/deadline.ts';
import { isFailureName, type Failure } from '../domain/failure.ts';
import { readHandEdit, type HandEdit } from '../domain/hand-edit.ts';
import type { Spec } from '../domain/spec.ts';
import { overdueMessage } from './overdue.ts';

/** What ended a step, told apart by type and name. `spec` names the setting of a deadline; null before it is read. */
export function failureOf(error: unknown, spec: Spec | null): Failure {
  if (error instanceof ActivityFailure) {
    const { activityType: step } = error;
    const overdue = overdueMessage(error, spec !== null && isBounded(step) ? deadlines[step](spec) : null);
    if (overdue !== null) return { name: 'DeadlineExceeded', message: overdue };
  }
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  if (cause instanceof ApplicationFailure) {
    const name = isFailureName(cause.type) || cause.type === 'ApprovalTimedOut' ? cause.type : 'Unexpected';
    return { name, message: cause.message };
  }
  if (cause instanceof CancelledFailure) return { name: 'Cancelled', message: cause.message };
  return { name: 'Unexpected', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The change of the production selector that a failure reports; null where it reports none. */
export function handEditOf(error: unknown): HandEdit | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? readHandEdit(cause.details?.[0]) : null;
}

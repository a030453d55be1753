import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { isFailureName, type Failure } from '../domain/failure.ts';
import { readHandEdit, type HandEdit } from '../domain/hand-edit.ts';
import type { Spec } from '../domain/spec.ts';
import { describeOverdue } from './overdue.ts';

/** What ended a step, told apart by type and name. `spec` names the setting of a deadline; null before it is read. */
export function failureOf(error: unknown, spec: Spec | null): Failure {
  if (error instanceof ActivityFailure && isOverdue(error)) {
    const last = error.cause instanceof TimeoutFailure ? lastOf(error.cause) : error.cause;
    return { name: 'DeadlineExceeded', message: describeOverdue(error.activityType, spec, last) };
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

/** Temporal ends a step with its last failure, and not with a timeout, where no time is left to try again. */
function isOverdue({ cause, retryState }: ActivityFailure): boolean {
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && retryState === 'TIMEOUT');
}

/** The failure of the last attempt; a timeout that stands for the step's whole time says nothing of an attempt. */
function lastOf(timeout: TimeoutFailure): Error | undefined {
  return timeout.cause ?? (timeout.timeoutType === 'HEARTBEAT' ? timeout : undefined);
}

import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { isFailureName, type Failure } from '../domain/failure.ts';

/** What ended a step, told apart by type and name. */
export function failureOf(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  if (cause instanceof ApplicationFailure) {
    const name = isFailureName(cause.type) || cause.type === 'ApprovalTimedOut' ? cause.type : 'Unexpected';
    return { name, message: cause.message };
  }
  if (cause instanceof TimeoutFailure) return { name: 'DeadlineExceeded', message: describeTimeout(error, cause) };
  if (cause instanceof CancelledFailure) return { name: 'Cancelled', message: cause.message };
  return { name: 'Unexpected', message: cause instanceof Error ? cause.message : String(cause) };
}

function describeTimeout(error: unknown, cause: TimeoutFailure): string {
  const activity = error instanceof ActivityFailure ? `the activity ${error.activityType}` : 'a step';
  const last = cause.cause?.message;
  return `${activity} did not end within its deadline${last === undefined ? '' : `; its last attempt failed: ${last}`}`;
}

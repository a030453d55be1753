/** What is said of an activity that Temporal has given up, in the words of the spec's setting that bounded it. */
import { ApplicationFailure, TimeoutFailure, type ActivityFailure } from '@temporalio/workflow';
import { describeOverdue, type Deadline } from '../domain/deadline.ts';

/** The message where Temporal has ended the activity because its time was over; null where it has failed by itself. */
export function overdueMessage(failure: ActivityFailure, deadline: Deadline | null): string | null {
  const { activityType } = failure;
  const why = whyOverdue(failure);
  if (why === null) return null;
  const look = 'Now see whether a worker runs and reaches the API server';
  if (deadline === null) return `the time for ${activityType} is over: ${why}. ${look}`;
  return describeOverdue(deadline, { undone: `${activityType} is not done`, why, next: `${look}; then deploy again` });
}

/** Why it had not ended by then; null where it has failed by itself. */
export function whyOverdue(failure: ActivityFailure): string | null {
  if (!isOverdue(failure)) return null;
  const { cause } = failure;
  const last = cause instanceof TimeoutFailure ? lastOf(cause) : cause;
  return last === undefined ? 'no worker has ended it' : `its last attempt failed: ${wordsOf(last)}`;
}

/** Temporal ends a step with its last failure, and not with a timeout, where no time is left to try again. */
function isOverdue({ cause, retryState }: ActivityFailure): boolean {
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && retryState === 'TIMEOUT');
}

/** The failure of the last attempt; a timeout that stands for the step's whole time says nothing of an attempt. */
function lastOf(timeout: TimeoutFailure): Error | undefined {
  return timeout.cause ?? (timeout.timeoutType === 'HEARTBEAT' ? timeout : undefined);
}

/** Temporal's own words name neither the worker nor what it did. */
function wordsOf(last: Error): string {
  if (!(last instanceof TimeoutFailure)) return last.message;
  if (last.timeoutType === 'HEARTBEAT') return 'its worker was not heard of any more';
  return 'its worker did not end it in time';
}

/** What would be in the workflow's history, by way of the SDK's default converters. */
import {
  ApplicationFailure,
  CancelledFailure,
  defaultFailureConverter,
  defaultPayloadConverter,
  ensureApplicationFailure,
  type Payload,
  type ProtoFailure,
} from '@temporalio/common';

export type Failure = ProtoFailure;

export function toPayloads(values: readonly unknown[]): Payload[] {
  return values.map((value) => defaultPayloadConverter.toPayload(value));
}

export function fromPayload(payload: unknown): unknown {
  return payload === undefined || payload === null ? undefined : defaultPayloadConverter.fromPayload(payload);
}

/** What an activity threw, as the worker sends it. */
export function failureOf(error: unknown): Failure {
  const known = error instanceof CancelledFailure ? error : ensureApplicationFailure(error);
  return defaultFailureConverter.errorToFailure(known, defaultPayloadConverter);
}

/** A failure that the worker or the way to it caused, and that is tried again. */
export function passingFailure(message: string): Failure {
  return failureOf(ApplicationFailure.retryable(message, 'Simulated'));
}

export function cancelledFailure(activity: ActivityNames): Failure {
  return activityFailure(activity, { message: 'Activity cancelled', canceledFailureInfo: {} }, 'Activity cancelled');
}

export type TimeoutKind = 'start-to-close' | 'schedule-to-close' | 'heartbeat';
const timeoutTypes: Record<TimeoutKind, number> = { 'start-to-close': 1, 'schedule-to-close': 3, heartbeat: 4 };

export function timeoutFailure(kind: TimeoutKind, last: Failure | null): Failure {
  return {
    message: `activity ${kind} timeout`,
    source: 'Server',
    timeoutFailureInfo: { timeoutType: timeoutTypes[kind] },
    ...(last === null ? {} : { cause: last }),
  };
}

export interface ActivityNames {
  readonly activityId: string;
  readonly activityType: string;
}

/** As the workflow gets it: the activity's own failure as the cause. */
export function activityFailure(
  { activityId, activityType }: ActivityNames,
  cause: Failure,
  message = 'Activity task failed',
): Failure {
  return { message, cause, activityFailureInfo: { activityId, activityType: { name: activityType } } };
}

/** What a failed workflow carries: its message and, where the product gave one, the document in its details. */
export function readFailure(failure: Failure | null | undefined): { message: string; detail: unknown } {
  const detail = failure?.applicationFailureInfo?.details?.payloads?.[0];
  return { message: failure?.message ?? '', detail: fromPayload(detail) };
}

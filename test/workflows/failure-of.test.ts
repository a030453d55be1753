import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/workflows/failure-of.ts';
import { parsed } from './scripted-activities.ts';

const spec = parsed({
  app: 'api',
  service: 'api-service',
  candidate: { image: 'a:2' },
  soak: { duration: '7m', extension: '3m' },
  monitor: { duration: '8m', extension: '4m' },
  drain: '45s',
  timeouts: { deploy: '11m', warmUp: '12m', smoke: '13m', cutover: '14m', rollback: '15m', teardown: '16m' },
});

function ended(activity: string, cause: Error, retryState: RetryState = RetryState.TIMEOUT): ActivityFailure {
  return new ActivityFailure('Activity task failed', activity, '1', retryState, 'worker', cause);
}

const overdue = new TimeoutFailure('activity StartToClose timeout', undefined, TimeoutType.START_TO_CLOSE);
const lost = new TimeoutFailure('activity Heartbeat timeout', undefined, TimeoutType.HEARTBEAT);

describe('the message of a deadline that Temporal has ended', () => {
  it.each([
    ['deploy', 'timeouts.deploy', '11m'],
    ['warmUp', 'timeouts.warmUp', '12m'],
    ['smoke', 'timeouts.smoke', '13m'],
    ['soak', 'soak.duration', '7m, with an extension of 3m'],
    ['cutover', 'timeouts.cutover', '14m'],
    ['monitor', 'monitor.duration', '8m, with an extension of 4m'],
    ['rollback', 'timeouts.rollback', '15m'],
    ['drain', 'drain', '45s'],
    ['teardown', 'timeouts.teardown', '16m'],
  ])('names for %s the setting %s and its value', (activity, setting, value) => {
    const { name, message } = failureOf(ended(activity, overdue), spec);
    expect(name).toBe('DeadlineExceeded');
    expect(message).toBe(
      `${setting} (${value}) is over and ${activity} is not done: no worker has ended it. Now see whether a worker runs and reaches the API server; then deploy again, or raise ${setting}`,
    );
  });

  it('names no setting before the spec is read', () => {
    expect(failureOf(ended('preflight', overdue), null).message).toMatch(/^the time for preflight is over: /);
  });

  it('tells of a worker that was lost, and not in the words of Temporal', () => {
    const ofStep = new TimeoutFailure('activity ScheduleToClose timeout', undefined, TimeoutType.SCHEDULE_TO_CLOSE);
    const whole = Object.assign(ofStep, { cause: lost });
    for (const cause of [whole, lost]) {
      const { message } = failureOf(ended('deploy', cause), spec);
      expect(message).toContain('its worker was not heard of any more');
      expect(message).not.toContain('Heartbeat timeout');
    }
  });
});

it('gives the last failure where there was no time to try again', () => {
  const failure = failureOf(ended('cutover', ApplicationFailure.retryable('the API server answered 503')), spec);
  expect(failure.name).toBe('DeadlineExceeded');
  expect(failure.message).toMatch(/^timeouts\.cutover \(14m\) is over .* failed: the API server answered 503\./);
});

it('leaves a failure that is not tried again as the activity has worded it', () => {
  const cause = ApplicationFailure.nonRetryable('api-green has no ready pod', 'SlotNotReady');
  const failure = failureOf(ended('cutover', cause, RetryState.NON_RETRYABLE_FAILURE), spec);
  expect(failure).toEqual({ name: 'SlotNotReady', message: 'api-green has no ready pod' });
});

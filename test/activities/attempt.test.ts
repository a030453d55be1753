import { once } from 'node:events';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { withAttempt } from '../../src/activities/attempt.ts';
import { asTemporalFailure } from '../../src/activities/index.ts';
import { DeploymentError } from '../../src/domain/failure.ts';

const progress = { step: 'soak', summary: 'half of it', at: '2026-01-01T00:00:00Z' } as const;

function environment(info: Record<string, unknown> = {}) {
  const activity = new MockActivityEnvironment({
    heartbeatTimeoutMs: 1_000,
    scheduledTimestampMs: Date.now(),
    ...info,
  });
  const beats: unknown[] = [];
  activity.on('heartbeat', (details) => beats.push(details));
  return { activity, beats };
}

it('keeps heartbeating while something is awaited, with the last that was reported', async () => {
  const { activity, beats } = environment();
  await activity.run(() =>
    withAttempt(async (attempt) => {
      attempt.heartbeat({ progress, resume: 7 });
      for (let more = 0; more < 2; more += 1) await once(activity, 'heartbeat');
    }),
  );
  expect(beats.slice(-3)).toEqual([1, 2, 3].map(() => ({ progress, resume: 7 })));
});

it('does not lose what an earlier attempt left before it has something to say itself', async () => {
  const { activity, beats } = environment({ attempt: 2, heartbeatDetails: { progress, resume: 41 } });
  const resumed = await activity.run(() => withAttempt((attempt) => Promise.resolve(attempt.resume())));
  expect(resumed).toBe(41);
  expect(beats).toEqual([{ progress, resume: 41 }]);
});

it('counts its time from the first attempt on', async () => {
  const { activity } = environment({ scheduledTimestampMs: Date.now() - 60_000 });
  const left = await activity.run(() =>
    withAttempt((attempt) => Promise.resolve([attempt.remaining(90_000), attempt.remaining(10_000)])),
  );
  expect(left).toEqual([expect.closeTo(30_000, -4), 0]);
});

it('sends no heartbeats where none are asked for', async () => {
  const { activity, beats } = environment({ heartbeatTimeoutMs: undefined });
  await activity.run(() => withAttempt(() => Promise.resolve()));
  expect(beats).toEqual([]);
});

it('makes an expected failure final under its name, and leaves the others to be tried again', () => {
  const { signal } = new AbortController();
  const expected = asTemporalFailure(new DeploymentError('FenceLost', 'x'.repeat(5_000)), signal);
  expect(expected).toBeInstanceOf(ApplicationFailure);
  expect(expected).toMatchObject({ type: 'FenceLost', nonRetryable: true, message: 'x'.repeat(4_000) });
  const passing = new Error('reset');
  expect(asTemporalFailure(passing, signal)).toBe(passing);
  const cancelled = new CancelledFailure('CANCELLED');
  expect(asTemporalFailure(passing, AbortSignal.abort(cancelled))).toBe(cancelled);
});

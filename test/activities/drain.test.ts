import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DrainInput, DrainResult } from '../../src/activities/contract.ts';
import { untroubled, watchTail } from '../../src/activities/drain.ts';
import { specOf } from '../kubernetes/objects.ts';
import { attemptOf } from './attempts.ts';

const input: DrainInput = {
  spec: specOf({ drain: '20s' }),
  runId: 'r',
  stableSlot: 'blue',
  candidateSlot: 'green',
  slot: 'blue',
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function drained(counts: (number | null)[], attempt = attemptOf()): Promise<DrainResult> {
  const result = watchTail(input, attempt, () => Promise.resolve(counts.shift() ?? null));
  await vi.runAllTimersAsync();
  return result;
}

it('is quiet after two looks without a request, and says how many came late', async () => {
  expect(await drained([3, 1, 0, 0, 9])).toEqual({ tailRequests: 4, quiet: true, waitedMs: 8_000 });
});

it('is bounded by the spec', async () => {
  expect(await drained(Array.from({ length: 50 }, () => 1))).toEqual({
    tailRequests: 10,
    quiet: false,
    waitedMs: 20_000,
  });
});

it('tells how many came so far', async () => {
  const attempt = attemptOf();
  await drained([1, 1, 0, 0], attempt);
  const said = attempt.beats.map(({ progress: { summary } }) => summary);
  expect(said.slice(0, 2)).toEqual([
    'draining api-blue: 1 late request in 2s',
    'draining api-blue: 2 late requests in 4s',
  ]);
});

it('does not call quiet what it could not count', async () => {
  expect(await drained([])).toEqual({ tailRequests: null, quiet: false, waitedMs: 20_000 });
});

it.each([
  ['none', 'all of drain (20s) is waited for: metrics is none'],
  [{ prometheus: { preset: 'http' } }, 'all of drain (20s) is waited for: what Prometheus scrapes comes too late'],
  [undefined, 'its requests cannot be counted in 2s'],
] as const)('with metrics %j tells why it goes on without a count', async (metrics, words) => {
  const attempt = attemptOf();
  const prometheus = { url: 'https://prometheus.example/' };
  const spec = specOf({ drain: '20s', ...(metrics === undefined ? {} : { metrics, prometheus }) });
  const result = watchTail({ ...input, spec }, attempt, () => Promise.resolve(null));
  await vi.runAllTimersAsync();
  await result;
  expect(attempt.beats[0]?.progress.summary).toContain(`draining api-blue: ${words}`);
});

it('goes on where an earlier attempt was', async () => {
  const startedAt = Date.now() - 10_000;
  const result = await drained([1, 0, 0], attemptOf({ resume: { startedAt, tail: 5 } }));
  expect(result).toEqual({ tailRequests: 6, quiet: true, waitedMs: 16_000 });
});

it('does not wait longer for a slot that does not answer', async () => {
  const result = watchTail(input, attemptOf(), () => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await result).toEqual({ tailRequests: null, quiet: false, waitedMs: 20_000 });
});

it('counts once the slot can be read, and fails for nothing before', async () => {
  let tries = 0;
  const count = untroubled(async () => {
    tries += 1;
    if (tries < 3) throw new Error('the API server is away');
    return () => Promise.resolve(tries);
  });
  expect([await count(), await count(), await count()]).toEqual([null, null, 3]);
  const failing = untroubled(() => Promise.resolve(() => Promise.reject(new Error('the pod is gone'))));
  expect(await failing()).toBeNull();
});

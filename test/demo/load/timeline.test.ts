import { expect, test } from 'vitest';
import type { Outcome, Result } from '../../../demo/load/outcome.ts';
import { Timeline } from '../../../demo/load/timeline.ts';

function result(endedAt: number, outcome: Outcome): Result {
  return { outcome, endedAt, dueAt: endedAt, connection: 'fresh', url: '', isRetried: false };
}

test('adds up answers and failures second by second', () => {
  const timeline = new Timeline();
  timeline.add(result(1_000, { kind: 'answered', version: 'v1' }));
  timeline.add(result(1_999, { kind: 'answered', version: 'v2' }));
  timeline.add(result(2_000, { kind: 'injected-error', version: 'v2' }));
  timeline.add(result(4_500, { kind: 'failed', failure: 'reset', message: '' }));
  expect(timeline.seconds()).toEqual([
    { at: 1_000, byVersion: { v1: 1, v2: 1 }, injectedErrors: 0, failed: 0 },
    { at: 2_000, byVersion: { v2: 1 }, injectedErrors: 1, failed: 0 },
    { at: 4_000, byVersion: {}, injectedErrors: 0, failed: 1 },
  ]);
});

test('the last second ends at the last full quarter of a second', () => {
  const timeline = new Timeline();
  for (let at = 0; at < 3_000; at += 10) timeline.add(result(at, { kind: 'answered', version: 'v1' }));
  expect(timeline.lastSecond(2_600)).toMatchObject({ at: 1_500, byVersion: { v1: 100 } });
});

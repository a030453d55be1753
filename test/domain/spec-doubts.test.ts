import { expect, it } from 'vitest';
import { doubtsAbout } from '../../src/domain/spec-doubts.ts';
import { specOf } from '../kubernetes/objects.ts';

it('says nothing of a spec that leaves all to the defaults', () => {
  expect(doubtsAbout(specOf())).toEqual([]);
});

it('says so where a watch is too short for a comparison', () => {
  const monitor = { duration: '1500ms' };
  expect(doubtsAbout(specOf({ monitor }))).toEqual([
    expect.stringMatching(/^monitor\.duration \(1500ms\) has room for 7 looks, .* needs 8/),
  ]);
  expect(doubtsAbout(specOf({ monitor: { duration: '300ms' } }))).toEqual([
    expect.stringContaining('has room for 1 look, and'),
  ]);
  expect(doubtsAbout(specOf({ monitor: { duration: '1600ms' } }))).toEqual([]);
  expect(doubtsAbout(specOf({ monitor: { ...monitor, comparison: 'none' } }))).toEqual([]);
});

it('says so where an interval has no effect', () => {
  expect(doubtsAbout(specOf({ monitor: { duration: '20s', interval: '1m' } }))).toEqual([
    'monitor.interval (1m) is longer than the whole monitor (20s), which is looked at each 2s',
  ]);
  expect(doubtsAbout(specOf({ monitor: { duration: '20s', interval: '20s' } }))).toEqual([]);
  expect(doubtsAbout(specOf({ monitor: { duration: '0s', interval: '1m' } }))).toEqual([]);
});

it('says so where a limit is set of what nobody counts', () => {
  const thresholds = { errorRate: 0.02, p95: '200ms', p99: null };
  const spec = { metrics: 'none', soak: { thresholds }, monitor: { thresholds } } as const;
  expect(doubtsAbout(specOf(spec))).toEqual([
    'soak.thresholds.p95 (200ms) limits nothing, since metrics is none',
    'monitor.thresholds.errorRate (0.02) limits nothing, since metrics is none',
    'monitor.thresholds.p95 (200ms) limits nothing, since metrics is none',
  ]);
  expect(doubtsAbout(specOf({ ...spec, metrics: {} }))).toEqual([]);
  expect(doubtsAbout(specOf({ metrics: 'none' }))).toEqual([]);
});

import { expect, test } from 'vitest';
import { GapMeter, noGap } from '../../../demo/load/gap-meter.ts';

function meter(stallMs = 0): GapMeter {
  return new GapMeter(() => stallMs);
}

test('the longest gap is the one between two successes', () => {
  const gaps = meter();
  gaps.sent(100);
  for (const at of [110, 150, 155, 160]) gaps.succeeded(at);
  expect(gaps.longestUntil(165)).toEqual({ ms: 40, endedAt: 150, stallMs: 0 });
});

test('the time before the first and after the last success counts', () => {
  const gaps = meter();
  gaps.sent(100);
  gaps.succeeded(170);
  expect(gaps.longestUntil(180).ms).toBe(70);
  expect(gaps.longestUntil(270).ms).toBe(100);
});

test('without a request there is no gap', () => {
  expect(meter().longestUntil(1_000)).toEqual(noGap);
});

test('a success that is reported late does not make a gap', () => {
  const gaps = meter();
  gaps.sent(100);
  gaps.succeeded(120);
  gaps.succeeded(110);
  gaps.succeeded(130);
  expect(gaps.longestUntil(130).ms).toBe(20);
});

test('a gap says how long the generator itself stalled', () => {
  const gaps = meter(35);
  gaps.sent(100);
  gaps.succeeded(140);
  expect(gaps.longestUntil(140)).toEqual({ ms: 40, endedAt: 140, stallMs: 35 });
});

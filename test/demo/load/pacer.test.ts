import { expect, test } from 'vitest';
import { Pacer } from '../../../demo/load/pacer.ts';

test('requests are due by the clock, however often it is asked', () => {
  const pacer = new Pacer(100, 1_000);
  expect(pacer.take(1_000)).toEqual({ due: [1_000], missed: 0 });
  expect(pacer.take(1_009)).toEqual({ due: [], missed: 0 });
  expect(pacer.take(1_040)).toEqual({ due: [1_010, 1_020, 1_030, 1_040], missed: 0 });
  expect(pacer.nextDueAt).toBe(1_050);
});

test('a short stall is caught up with, a long one is missed and said', () => {
  const pacer = new Pacer(100, 0);
  expect(pacer.take(250).due).toHaveLength(26);
  const { due, missed } = pacer.take(2_250);
  expect(due[0]).toBeGreaterThanOrEqual(2_000);
  // 200 requests became due, each of which is either sent or missed.
  expect(due.length + missed).toBe(200);
  expect(missed).toBeGreaterThan(170);
});

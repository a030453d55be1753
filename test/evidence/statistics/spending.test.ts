import { expect, it } from 'vitest';
import { spendable } from '../../../src/evidence/statistics/spending.ts';

it('lets alpha be spent by a power of the time, and all of it by the end', () => {
  expect(spendable(0.01, 25, 100, 0.5)).toBeCloseTo(0.005, 12);
  expect(spendable(0.01, 50, 100, 3)).toBeCloseTo(0.00125, 12);
  expect([0, 100, 200].map((elapsed) => spendable(0.01, elapsed, 100, 0.5))).toEqual([0, 0.01, 0.01]);
  expect(spendable(0.01, 0, 0, 0.5)).toBe(0.01);
});

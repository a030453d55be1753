import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import type { Outcome } from '../../src/domain/state.ts';

it.each<[Outcome, number]>([
  ['running', 0],
  ['finished', 0],
  ['superseded', 0],
  ['refused', 1],
  ['failed', 1],
  ['rolled-back', 3],
  ['rollback-failed', 4],
  ['rejected', 5],
  ['approval-timed-out', 6],
])('a wait that saw %s ends with %i', (outcome, code) => {
  expect(exitCodeOf(outcome)).toBe(code);
});

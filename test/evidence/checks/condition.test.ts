import { describe, expect, it } from 'vitest';
import { describeCondition, judgeCheck } from '../../../src/evidence/checks/condition.ts';
import { missing, valueOf } from '../../../src/evidence/checks/reading.ts';
import type { CheckCondition } from '../../../src/domain/spec.ts';

const value = (given: number | string | boolean) => valueOf(given, 'x');

describe('a condition', () => {
  it.each<[CheckCondition, number | string | boolean, 'pass' | 'fail' | 'insufficient-data', string]>([
    [{ atMost: 100 }, 100, 'pass', '100 is not above 100'],
    [{ atMost: 100 }, 100.1, 'fail', '100.1 is above 100'],
    [{ atLeast: 1 }, 0, 'fail', '0 is below 1'],
    [{ atLeast: 1, atMost: 2 }, 3, 'fail', '3 is above 2'],
    [{ atMost: 5 }, '4', 'pass', '4 is not above 5'],
    [{ atMost: 5 }, 'many', 'insufficient-data', '"many" is no number'],
    [{ atMost: 5 }, '', 'insufficient-data', '"" is no number'],
    [{ atMost: 5 }, true, 'insufficient-data', 'true is no number'],
    [{ equals: 'pass' }, 'pass', 'pass', '"pass", as expected'],
    [{ equals: true }, false, 'fail', 'false is not true'],
    [{ equals: 200, atMost: 100 }, 200, 'fail', '200 is above 100'],
  ])('%j of %j: %s', (condition, given, verdict, reason) => {
    expect(judgeCheck(condition, value(given), null)).toEqual({ verdict, reason });
  });

  it('compares with stable at the same time', () => {
    const condition = { timesStable: 1.5 };
    expect(judgeCheck(condition, value(15), value(10)).verdict).toBe('pass');
    expect(judgeCheck(condition, value(16), value(10))).toEqual({
      verdict: 'fail',
      reason: "16 is above 1.5 × stable's 10",
    });
    expect(judgeCheck(condition, value(0), value(0)).verdict).toBe('pass');
    expect(judgeCheck(condition, value(16), missing('no series'))).toEqual({
      verdict: 'insufficient-data',
      reason: 'stable: no series',
    });
    expect(judgeCheck(condition, value(16), null)).toEqual({
      verdict: 'pass',
      reason: '16; there is no stable slot to compare it with',
    });
  });

  it('is insufficient data without a value, which neither 0 / 0 nor 1 / 0 is', () => {
    const condition = { atMost: 1 };
    expect(judgeCheck(condition, missing('answered 503'), null)).toEqual({
      verdict: 'insufficient-data',
      reason: 'answered 503',
    });
    expect(judgeCheck(condition, value(Number.NaN), null).verdict).toBe('insufficient-data');
    expect(judgeCheck(condition, value(Number.POSITIVE_INFINITY), null).verdict).toBe('insufficient-data');
  });

  it('reads as it is written', () => {
    expect(describeCondition({ atMost: 100, atLeast: 0.001, timesStable: 1.5 })).toBe('≤ 100, ≥ 0.001, ≤ 1.5 × stable');
    expect(describeCondition({ equals: 'pass' })).toBe('= "pass"');
  });
});

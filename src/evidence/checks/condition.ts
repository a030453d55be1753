/** Whether a check is as the spec expects it. Pure. */
import type { CheckValue } from '../../domain/evidence.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { CheckCondition } from '../../domain/spec.ts';
import type { CheckReading } from './reading.ts';

export interface CheckJudgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Every part has to hold. `stable` is null where there is no stable slot: nothing is compared then. */
export function judgeCheck(
  condition: CheckCondition | null,
  candidate: CheckReading,
  stable: CheckReading | null,
): CheckJudgement {
  switch (candidate.kind) {
    case 'missing':
    case 'running':
      return { verdict: 'insufficient-data', reason: candidate.reason };
    case 'outcome':
      return { verdict: candidate.passed ? 'pass' : 'fail', reason: candidate.reason };
    case 'value':
      return condition === null ? unjudged : judgeValue(condition, candidate.value, stable);
  }
}

/** As the state document has it: `≤ 100, ≤ 1.5 × stable`. */
export function describeCondition(condition: CheckCondition | null): string {
  if (condition === null) return 'succeeds';
  const { atMost, atLeast, equals, timesStable } = condition;
  return [
    ...(atMost === undefined ? [] : [`≤ ${shown(atMost)}`]),
    ...(atLeast === undefined ? [] : [`≥ ${shown(atLeast)}`]),
    ...(equals === undefined ? [] : [`= ${shown(equals)}`]),
    ...(timesStable === undefined ? [] : [`≤ ${shown(timesStable)} × stable`]),
  ].join(', ');
}

/** A value as people read it. */
export function shown(value: Exclude<CheckValue, null>): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}

const unjudged: CheckJudgement = { verdict: 'insufficient-data', reason: 'there is nothing to judge it by' };

type Value = Exclude<CheckValue, null>;

function judgeValue(condition: CheckCondition, value: Value, stable: CheckReading | null): CheckJudgement {
  const { atMost, atLeast, equals, timesStable } = condition;
  const parts = [
    ...(equals === undefined ? [] : [judgeEquals(value, equals)]),
    ...(atMost === undefined ? [] : [judgeNumber(value, (number) => number <= atMost, `above ${shown(atMost)}`)]),
    ...(atLeast === undefined ? [] : [judgeNumber(value, (number) => number >= atLeast, `below ${shown(atLeast)}`)]),
    ...(timesStable === undefined ? [] : [judgeAgainst(value, timesStable, stable)]),
  ];
  const worst = parts.find(({ verdict }) => verdict === 'fail') ?? parts.find(({ verdict }) => verdict !== 'pass');
  if (worst !== undefined) return worst;
  // What was not compared says so.
  return { verdict: 'pass', reason: parts.at(-1)?.reason ?? shown(value) };
}

function judgeEquals(value: Value, equals: Value): CheckJudgement {
  if (value === equals) return { verdict: 'pass', reason: `${shown(value)}, as expected` };
  return { verdict: 'fail', reason: `${shown(value)} is not ${shown(equals)}` };
}

function judgeNumber(value: Value, holds: (value: number) => boolean, otherwise: string): CheckJudgement {
  const number = numberOf(value);
  if (number === null) return { verdict: 'insufficient-data', reason: `${shown(value)} is no number` };
  if (!holds(number)) return { verdict: 'fail', reason: `${shown(number)} is ${otherwise}` };
  return { verdict: 'pass', reason: `${shown(number)} is not ${otherwise}` };
}

function judgeAgainst(value: Value, times: number, stable: CheckReading | null): CheckJudgement {
  if (stable === null)
    return { verdict: 'pass', reason: `${shown(value)}; there is no stable slot to compare it with` };
  if (stable.kind === 'missing' || stable.kind === 'running')
    return { verdict: 'insufficient-data', reason: `stable: ${stable.reason}` };
  const compared = stable.kind === 'value' ? numberOf(stable.value) : null;
  if (compared === null) return { verdict: 'insufficient-data', reason: "stable's value is no number" };
  return judgeNumber(
    value,
    (number) => number <= times * compared,
    `above ${shown(times)} × stable's ${shown(compared)}`,
  );
}

/** Text that is a number counts as one: some APIs write it so. */
function numberOf(value: Value): number | null {
  if (typeof value === 'boolean') return null;
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

/**
 * The checks of a watch, from look to look. Pure, and JSON.
 *
 * 1. A condition that does not hold at two looks in a row fails; a look without a value breaks no row.
 * 2. A value that could not be had at the last look is insufficient data, whatever was known before.
 */
import { z } from 'zod';
import type { CheckValue, Finding, WatchCheckEvidence } from '../../domain/evidence.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { CheckCondition, WatchCheck } from '../../domain/spec.ts';
import { describeCondition, judgeCheck, type CheckJudgement } from './condition.ts';
import { checkReading, missing, type CheckReading } from './reading.ts';

/** By the check's name. */
export type CheckReadings = Readonly<Record<string, CheckReading>>;

const oneCheck = z.object({
  candidate: checkReading,
  stable: checkReading.nullable(),
  /** How many looks in a row it did not hold. */
  strikes: z.number(),
});

export const checksState = z.record(z.string(), oneCheck);

export type ChecksState = Readonly<Record<string, z.output<typeof oneCheck>>>;

const strikesThatFail = 2;

const unasked = missing('it could not be asked at this look');
const notYet = missing('it was not asked yet');

/** The state after one more look. `stable` is null where there is no stable slot. */
export function checksAfterLook(
  before: ChecksState,
  checks: readonly WatchCheck[],
  candidate: CheckReadings | undefined,
  stable: CheckReadings | null | undefined,
): ChecksState {
  return Object.fromEntries(
    checks.map((check) => {
      const reading = readingOf(candidate, check.name);
      const compared = stable === null || !isCompared(check) ? null : readingOf(stable, check.name);
      const { verdict } = judgeCheck(conditionOf(check), reading, compared);
      const strikes = strikesAfter(before[check.name]?.strikes ?? 0, verdict, reading);
      return [check.name, { candidate: reading, stable: compared, strikes }];
    }),
  );
}

function strikesAfter(before: number, verdict: Verdict, { kind }: CheckReading): number {
  switch (verdict) {
    case 'pass':
      return 0;
    case 'insufficient-data':
      return before;
    case 'fail':
      return kind === 'outcome' ? strikesThatFail : before + 1;
  }
}

/** Whether stable's value is asked too. */
export function isCompared(check: WatchCheck): boolean {
  return conditionOf(check)?.timesStable !== undefined;
}

function readingOf(readings: CheckReadings | undefined, name: string): CheckReading {
  return readings !== undefined && Object.hasOwn(readings, name) ? (readings[name] ?? unasked) : unasked;
}

/** One finding a check. */
export function checkFindings(state: ChecksState, checks: readonly WatchCheck[]): Finding[] {
  return checks.map((check) => {
    const { verdict, reason } = judgementOf(state, check);
    return { metric: 'check', verdict, over: 'watch', reason: `check ${check.name}: ${reason}` };
  });
}

/** Those that need not be waited for any longer. */
export function failedChecks(state: ChecksState, checks: readonly WatchCheck[]): Finding[] {
  const failed = checks.filter(({ name }) => (state[name]?.strikes ?? 0) >= strikesThatFail);
  return checkFindings(state, failed).filter(({ verdict }) => verdict === 'fail');
}

/** Whether one more look may change what they say. */
export function areChecksUnsettled(state: ChecksState, checks: readonly WatchCheck[]): boolean {
  return checks.some((check) => judgementOf(state, check).verdict !== 'pass');
}

/** As the state document has them. */
export function checkEvidence(state: ChecksState, checks: readonly WatchCheck[]): WatchCheckEvidence[] {
  return checks.map((check) => {
    const { candidate, stable } = state[check.name] ?? { candidate: notYet, stable: null };
    const condition = conditionOf(check);
    return {
      name: check.name,
      ...judgementOf(state, check),
      candidate: shownValue(candidate),
      stable: stable === null ? null : shownValue(stable),
      condition: describeCondition(condition),
    };
  });
}

/** One look may be at an odd moment: it fails nothing. */
function judgementOf(state: ChecksState, check: WatchCheck): CheckJudgement {
  const { candidate = notYet, stable = null, strikes = 0 } = state[check.name] ?? {};
  const judgement = judgeCheck(conditionOf(check), candidate, stable);
  if (judgement.verdict !== 'fail' || strikes >= strikesThatFail) return judgement;
  return { verdict: 'insufficient-data', reason: `${judgement.reason}, at one look so far` };
}

function conditionOf(check: WatchCheck): CheckCondition | null {
  return 'job' in check ? null : check.expect;
}

function shownValue(reading: CheckReading): CheckValue {
  switch (reading.kind) {
    case 'value':
      return reading.value;
    case 'missing':
    case 'running':
      return null;
    case 'outcome':
      return reading.passed;
  }
}

/**
 * The checks of a watch, from look to look. Pure, and JSON.
 *
 * 1. A condition that does not hold at two looks in a row fails; a look without a value breaks no row. Looks that find what
 *    Prometheus has scraped but once are one.
 * 2. A value that could not be had at the last look is insufficient data, whatever was known before.
 */
import { z } from 'zod';
import type { CheckValue, Finding, WatchCheckEvidence } from '../../domain/evidence.ts';
import type { CheckCondition, WatchCheck } from '../../domain/spec.ts';
import { describeCondition, judgeCheck, type CheckJudgement } from './condition.ts';
import { checkReading, missing, type CheckReading } from './reading.ts';

/** By the check's name. */
export type CheckReadings = Readonly<Record<string, CheckReading>>;

const bothReadings = z.object({ candidate: checkReading, stable: checkReading.nullable() });

const oneCheck = bothReadings.extend({
  /** How many looks in a row it did not hold, each with something new to judge. */
  strikes: z.number(),
  /** The last of them, with its time in milliseconds since the epoch; null where there is none. */
  struck: bothReadings.extend({ at: z.number() }).nullable(),
});

export const checksState = z.record(z.string(), oneCheck);

type CheckState = z.output<typeof oneCheck>;

export type ChecksState = Readonly<Record<string, CheckState>>;

/** What one look has found. */
export interface CheckLook {
  readonly candidate: CheckReadings | undefined;
  /** null where there is no stable slot. */
  readonly stable: CheckReadings | null | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const strikesThatFail = 2;
/** As long as the longest time between two scrapes that is usual: a value that stays the same is a new one then. */
const scrapedAgainMs = 30_000;
/** Of the same samples, `rate` gives what differs in its last digits from moment to moment. */
const sameShare = 1e-9;

const unasked = missing('it could not be asked at this look');
const notYet = missing('it was not asked yet');

/** The state after one more look. */
export function checksAfterLook(before: ChecksState, checks: readonly WatchCheck[], look: CheckLook): ChecksState {
  return Object.fromEntries(checks.map((check) => [check.name, afterLook(before[check.name], check, look)]));
}

function afterLook(before: CheckState | undefined, check: WatchCheck, look: CheckLook): CheckState {
  const candidate = readingOf(look.candidate, check.name);
  const stable = look.stable === null || !isCompared(check) ? null : readingOf(look.stable, check.name);
  const { strikes, struck } = before ?? { strikes: 0, struck: null };
  const kept = { candidate, stable, strikes, struck };
  const { verdict } = judgeCheck(conditionOf(check), candidate, stable);
  switch (verdict) {
    case 'pass':
      return { ...kept, strikes: 0, struck: null };
    case 'insufficient-data':
      return kept;
    case 'fail': {
      const strike = { candidate, stable, at: look.at };
      if (candidate.kind === 'outcome') return { ...kept, strikes: strikesThatFail, struck: strike };
      return isSameScrape(check, struck, strike) ? kept : { ...kept, strikes: strikes + 1, struck: strike };
    }
  }
}

/** Prometheus gives the same value again and again until it has scraped anew. */
function isSameScrape(
  check: WatchCheck,
  before: CheckState['struck'],
  now: NonNullable<CheckState['struck']>,
): boolean {
  if (!('prometheus' in check) || before === null || now.at - before.at >= scrapedAgainMs) return false;
  return isSameReading(before.candidate, now.candidate) && isSameReading(before.stable, now.stable);
}

function isSameReading(a: CheckReading | null, b: CheckReading | null): boolean {
  if (a?.kind !== 'value' || b?.kind !== 'value') return a?.kind === b?.kind;
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return a.value === b.value;
  return Math.abs(a.value - b.value) <= sameShare * Math.max(Math.abs(a.value), Math.abs(b.value));
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

/** One look may be at an odd moment, and so may one scrape: it fails nothing. */
function judgementOf(state: ChecksState, check: WatchCheck): CheckJudgement {
  const { candidate = notYet, stable = null, strikes = 0 } = state[check.name] ?? {};
  const judgement = judgeCheck(conditionOf(check), candidate, stable);
  if (judgement.verdict !== 'fail' || strikes >= strikesThatFail) return judgement;
  return { verdict: 'insufficient-data', reason: `${judgement.reason}, seen once so far` };
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

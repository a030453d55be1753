/**
 * One metric of the candidate against what is allowed: a group-sequential test, with a guard against bursts. Pure.
 *
 * 1. The boundary decides where events look independent. They do not where their index of dispersion is above `dispersedFrom`:
 *    then it takes evidence of an e-process as well, of as many events as there were bursts.
 * 2. Nothing is decided before `looksNeeded` looks, as fewer do not show whether events come in bursts, nor by fewer than
 *    `eventsNeeded` events, or bursts, of the candidate.
 * The constants are chosen by the figures of `npm run bench:verdicts`: docs/decisions/0009-boundaries-decide-verdicts.md.
 */
import { looksNeeded } from '../../domain/watch-looks.ts';
import { addCounts, noCounts, type Counts, type PairedCounts } from './counts.ts';
import { afterLook, dispersionOf, newDispersion, type Dispersion } from './dispersion.ts';
import {
  afterConcurrent,
  againstBaseline,
  againstLimit,
  logEvidence,
  noEvidence,
  type LogRatios,
} from './e-process.ts';
import { isReached, lookOnce, newTest, testAfter, type Against, type SequentialTest } from './sequential-test.ts';
import { spendable } from './spending.ts';

export interface ComparisonPlan {
  readonly against: Against;
  readonly alpha: number;
  /** The time of the whole watch, in the unit of `elapsed`. */
  readonly horizon: number;
}

/** JSON. */
export interface Comparison {
  readonly test: SequentialTest;
  /** Of the arms that ran at the same time. */
  readonly ratios: LogRatios;
  readonly dispersion: { readonly candidate: Dispersion; readonly stable: Dispersion };
}

const spendingPower = 0.5;
export const eventsNeeded = 5;
const dispersedFrom = 1.6;
/** The index of dispersion of bursts of one size is that size; half of it where they lie in two looks. */
const looksOfBurst = 2;
/** How uncertain the index is after few looks: after this many, it is doubled. */
const looksOfDoubt = 6;

export const newComparison: Comparison = {
  test: newTest,
  ratios: noEvidence,
  dispersion: { candidate: newDispersion, stable: newDispersion },
};

/** For a comparison against a baseline: stable's counts, by look. */
export function withBaseline(looks: readonly Counts[]): Comparison {
  return {
    ...newComparison,
    test: testAfter(looks.reduce(addCounts, noCounts)),
    dispersion: { candidate: newDispersion, stable: looks.reduce(afterLook, newDispersion) },
  };
}

/** After one more look, at `elapsed` since the watch began; stable's counts matter only where it is looked at. */
export function compare(before: Comparison, now: PairedCounts, elapsed: number, plan: ComparisonPlan): Comparison {
  const { test, ratios, dispersion } = before;
  const { against, alpha, horizon } = plan;
  const seen = { candidate: afterLook(dispersion.candidate, now.candidate), stable: dispersion.stable };
  const isTooEarly = seen.candidate.looks < looksNeeded;
  const allowed = isTooEarly ? 0 : spendable(alpha, elapsed, horizon, spendingPower);
  const isConcurrent = against.kind === 'stable';
  return {
    test: lookOnce(test, now, against, allowed),
    ratios: isConcurrent ? afterConcurrent(ratios, now, against.tolerance) : ratios,
    dispersion: isConcurrent ? { ...seen, stable: afterLook(dispersion.stable, now.stable) } : seen,
  };
}

/** What the comparison says by now. */
export interface Assessment {
  readonly isWorse: boolean;
  /** How many events come at a time; 1 where they look independent. */
  readonly burst: number;
}

export function assess(state: Comparison, { alpha, against }: ComparisonPlan): Assessment {
  const { test, dispersion } = state;
  const { looks } = dispersion.candidate;
  const burst = burstOf([dispersion.candidate, dispersion.stable], looks);
  const isEnough = looks >= looksNeeded && test.candidate.events >= eventsNeeded * burst;
  const isEvident = burst === 1 || evidence(state, burst, against) >= -Math.log(alpha);
  return { isWorse: isEnough && isReached(test) && isEvident, burst };
}

/** How many events of these arms come at a time, as far as so many looks can tell; 1 where they look independent. */
export function burstOf(arms: readonly Dispersion[], looks: number): number {
  const index = dispersionOf(arms);
  return index > dispersedFrom ? index * looksOfBurst * (1 + looksOfDoubt / looks) : 1;
}

function evidence({ ratios, test: { candidate, stable } }: Comparison, burst: number, against: Against): number {
  switch (against.kind) {
    case 'stable':
      return logEvidence(ratios, burst);
    case 'baseline':
      return logEvidence(againstBaseline(inBursts(stable, burst), inBursts(candidate, burst), against.tolerance));
    case 'limit':
      return logEvidence(againstLimit(candidate, against.limit), burst);
  }
}

function inBursts({ requests, events }: Counts, burst: number): Counts {
  return { requests, events: events / burst };
}

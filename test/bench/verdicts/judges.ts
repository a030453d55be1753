/** The ways to judge that are compared. Each sees the same counts. */
import { probit } from 'simple-statistics';
import { addCounts, noCounts, type Counts, type PairedCounts } from '../../../src/evidence/statistics/counts.ts';
import {
  afterConcurrent,
  againstBaseline,
  logEvidence,
  noEvidence,
} from '../../../src/evidence/statistics/e-process.ts';
import {
  isReached,
  lookOnce,
  newTest,
  testAfter,
  type Against,
} from '../../../src/evidence/statistics/sequential-test.ts';
import { spendable } from '../../../src/evidence/statistics/spending.ts';
import { hasFailed } from '../../../src/evidence/statistics/verdict.ts';
import {
  lookAt,
  type Look,
  type StatisticsPlan,
  type WatchStatistics,
} from '../../../src/evidence/statistics/watch-statistics.ts';
import { isHigh } from './kayenta.ts';

export const judgeNames = [
  'product',
  'boundary, no guards',
  "boundary like O'Brien-Fleming's, no guards",
  'e-process, no guards',
  'z-test at each look',
  'Kayenta each minute',
] as const;
export type JudgeName = (typeof judgeNames)[number];

/** The counts of one metric at a look, with its share of alpha, and the series that Kayenta would see. */
export interface MetricLook {
  readonly counts: PairedCounts;
  readonly values: { readonly candidate: number | null; readonly stable: number | null };
}

/** What a watch begins with, of each metric. */
export interface MetricBaseline {
  readonly alpha: number;
  /** Stable's, where they are from before the watch. */
  readonly counts: Counts | null;
  readonly values: readonly number[];
}

export interface Moment {
  readonly look: Look;
  readonly metrics: readonly MetricLook[];
  readonly elapsed: number;
}

/** Whether the candidate has failed by this moment. */
export type Judge = (moment: Moment) => boolean;

export interface Watch {
  readonly plan: StatisticsPlan;
  readonly begin: WatchStatistics;
  readonly metrics: readonly MetricBaseline[];
}

export function judgesOf(watch: Watch): Record<JudgeName, Judge> {
  return {
    product: product(watch),
    'boundary, no guards': anyMetric(watch, (metric) => boundary(metric, watch.plan, 0.5)),
    "boundary like O'Brien-Fleming's, no guards": anyMetric(watch, (metric) => boundary(metric, watch.plan, 3)),
    'e-process, no guards': anyMetric(watch, (metric) => eProcess(metric, watch.plan)),
    'z-test at each look': anyMetric(watch, (metric) => zTest(metric, watch.plan)),
    'Kayenta each minute': anyMetric(watch, kayenta),
  };
}

function product({ plan, begin }: Watch): Judge {
  let state = begin;
  return ({ look, elapsed }) => {
    state = lookAt(state, look, elapsed, plan);
    return hasFailed(state, plan);
  };
}

type MetricJudge = (look: MetricLook, elapsed: number) => boolean;

function anyMetric({ metrics }: Watch, judgeOf: (metric: MetricBaseline) => MetricJudge): Judge {
  const judges = metrics.map(judgeOf);
  return ({ metrics: looks, elapsed }) => {
    const found = judges.map((judge, index) => looks[index] !== undefined && judge(looks[index], elapsed));
    return found.some(Boolean);
  };
}

function boundary({ alpha, counts }: MetricBaseline, plan: StatisticsPlan, power: number): MetricJudge {
  const { tolerance, horizonMs } = plan;
  const against: Against = { kind: counts === null ? 'stable' : 'baseline', tolerance };
  let test = counts === null ? newTest : testAfter(counts);
  return ({ counts: now }, elapsed) => {
    test = lookOnce(test, now, against, spendable(alpha, elapsed, horizonMs, power));
    return isReached(test);
  };
}

function eProcess({ alpha, counts: stable }: MetricBaseline, { tolerance }: StatisticsPlan): MetricJudge {
  let ratios = noEvidence;
  let candidate = noCounts;
  return ({ counts }) => {
    candidate = addCounts(candidate, counts.candidate);
    ratios =
      stable === null ? afterConcurrent(ratios, counts, tolerance) : againstBaseline(stable, candidate, tolerance);
    return logEvidence(ratios) >= -Math.log(alpha);
  };
}

/** Two shares, pooled variance, one-sided, as if each look were the only one; the tolerance is on stable's share. */
function zTest({ alpha, counts: baseline }: MetricBaseline, { tolerance }: StatisticsPlan): MetricJudge {
  const critical = probit(1 - alpha);
  let [candidate, stable] = [noCounts, baseline ?? noCounts];
  return ({ counts }) => {
    candidate = addCounts(candidate, counts.candidate);
    stable = addCounts(stable, counts.stable);
    if (candidate.requests === 0 || stable.requests === 0) return false;
    const odds = candidate.requests * tolerance;
    const p = odds / (odds + stable.requests);
    const events = candidate.events + stable.events;
    return events > 0 && candidate.events - events * p > critical * Math.sqrt(events * p * (1 - p));
  };
}

const minute = 60_000;

function kayenta({ values }: MetricBaseline): MetricJudge {
  const candidate: number[] = [];
  const stable: number[] = [...values];
  return ({ values: now }, elapsed) => {
    if (now.candidate !== null) candidate.push(now.candidate);
    if (now.stable !== null) stable.push(now.stable);
    return elapsed % minute === 0 && isHigh(candidate, stable);
  };
}

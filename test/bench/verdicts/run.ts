/** Runs one scenario many times, with every judge, and tells how often and when each failed the candidate. */
import { Random } from '../../simulation/random.ts';
import { judgesOf, type JudgeName } from './judges.ts';
import { duration, interval, type Scenario } from './scenarios.ts';
import { simulate } from './traffic.ts';
import { momentsOf, watchOf } from './watch.ts';

/** One scenario with one tolerance. */
export interface Cell {
  readonly scenario: Scenario;
  readonly tolerance: number;
  readonly runs: number;
  readonly seed: number;
  readonly judges: readonly JudgeName[];
}

export interface Outcome {
  readonly judge: JudgeName;
  /** How many of the runs ended with a failed candidate. */
  readonly failed: number;
  /** Until when half of all runs had failed it; null where fewer did. */
  readonly medianSeconds: number | null;
}

export interface Figures {
  readonly scenario: string;
  readonly kind: Scenario['kind'];
  readonly watch: Scenario['watch'];
  readonly perSecond: number;
  readonly tolerance: number;
  readonly runs: number;
  readonly outcomes: readonly Outcome[];
}

export function runCell(cell: Cell): Figures {
  const { scenario, tolerance, runs, seed, judges } = cell;
  const random = new Random(seed);
  const times = new Map<JudgeName, number[]>(judges.map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, time] of runOnce(random, cell)) times.get(name)?.push(time);
  }
  const { name, kind, watch, perSecond } = scenario;
  const outcomes = judges.map((judge) => outcomeOf(judge, times.get(judge) ?? [], runs));
  return { scenario: name, kind, watch, perSecond, tolerance, runs, outcomes };
}

function outcomeOf(judge: JudgeName, times: readonly number[], runs: number): Outcome {
  const middle = [...times].sort((a, b) => a - b)[Math.ceil(runs / 2) - 1];
  return { judge, failed: times.length, medianSeconds: middle === undefined ? null : middle / 1_000 };
}

/** When each judge failed the candidate, of those that did. */
function runOnce(random: Random, { scenario, tolerance, judges: names }: Cell): Map<JudgeName, number> {
  const looks = duration / interval;
  const stable = simulate(random, scenario.stable, looks);
  const candidate = simulate(random, scenario.candidate, looks);
  const watch = watchOf(scenario, tolerance, stable);
  const judges = judgesOf(watch);
  const failedAt = new Map<JudgeName, number>();
  for (const moment of momentsOf(watch, candidate, scenario.watch === 'soak' ? stable : null)) {
    for (const name of names) {
      if (!failedAt.has(name) && judges[name](moment)) failedAt.set(name, moment.elapsed);
    }
    if (failedAt.size === names.length) break;
  }
  return failedAt;
}

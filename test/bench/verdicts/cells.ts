/** Which cells a run of the bench has, and how many runs each. */
import type { Cell } from './run.ts';
import { scenarios, type Scenario } from './scenarios.ts';

export type Size = 'whole' | 'quick';

const tolerances = [1, 1.5] as const;

/** The more requests, the longer a run takes; a false alarm is rarer than a detection. */
function runsOf({ kind, perSecond, watch, candidate, stable }: Scenario, size: Size): number {
  if (size === 'quick') return 1;
  if (watch === 'monitor') return candidate.requests > stable.requests || perSecond > 5 ? 100 : 400;
  const [few, many] = kind === 'quiet' ? [200, 1_600] : [100, 800];
  if (perSecond <= 5) return many;
  return perSecond <= 50 ? many / 2 : few;
}

/** How long a cell takes, about, compared with others. */
export function costOf({ scenario, runs }: Cell): number {
  const { watch, candidate, kind, perSecond } = scenario;
  const early = kind === 'worse' ? 0.3 : 1;
  return early * runs * (watch === 'monitor' ? Math.sqrt(candidate.requests) * 4 : Math.sqrt(perSecond));
}

/** The same seed for the same cell, and no two alike. */
export function cellsOf(size: Size): Cell[] {
  return scenarios.flatMap((scenario, index) =>
    tolerances.map((tolerance) => ({
      scenario,
      tolerance,
      runs: runsOf(scenario, size),
      seed: 20_000 + index * 10 + tolerance * 2,
    })),
  );
}

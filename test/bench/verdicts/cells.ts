/** Which cells a run of the bench has, and how many runs each. */
import type { Cell } from './run.ts';
import { scenarios, type Scenario } from './scenarios.ts';

export type Size = 'whole' | 'quick';

const tolerances = [1, 1.5] as const;

/** The more requests, the longer a run takes; a false alarm is rarer than a detection, and rarest where more is tolerated. */
function runsOf({ kind, perSecond, watch }: Scenario, tolerance: number, size: Size): number {
  if (size === 'quick') return 1;
  const part = kind === 'worse' || tolerance > 1 ? 0.5 : 1;
  if (watch === 'monitor') return part * 400;
  if (perSecond <= 5) return part * 1_600;
  return part * (perSecond <= 50 ? 800 : 200);
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
      runs: runsOf(scenario, tolerance, size),
      seed: 20_000 + index * 10 + tolerance * 2,
    })),
  );
}

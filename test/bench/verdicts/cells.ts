/** Which cells a run of the bench has, and how many runs each. */
import { judgeNames } from './judges.ts';
import type { Cell } from './run.ts';
import { scenarios, type Scenario } from './scenarios.ts';

export interface Extent {
  /** One run of each cell is quick. */
  readonly size: 'whole' | 'quick';
  /** Only cells with this in their name. */
  readonly only?: string | undefined;
  /** As many runs of each cell, and of the product's judge alone; by default some hundreds, of every judge. */
  readonly runs?: number | undefined;
}

const tolerances = [1, 1.5] as const;

/** The more requests, the longer a run takes; a false alarm is rarer than a detection, and rarest where more is tolerated. */
function runsOf({ kind, perSecond, watch }: Scenario, tolerance: number, size: Extent['size']): number {
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
export function cellsOf({ size, only = '', runs }: Extent): Cell[] {
  return scenarios.flatMap((scenario, index) =>
    tolerances
      .map((tolerance) => ({
        scenario,
        tolerance,
        runs: runs ?? runsOf(scenario, tolerance, size),
        seed: 20_000 + index * 10 + tolerance * 2,
        judges: runs === undefined ? judgeNames : (['product'] as const),
      }))
      .filter((cell) => nameOf(cell).includes(only)),
  );
}

/** `soak: independent errors, 50 a second, tolerance 1.0`. */
function nameOf({ scenario, tolerance }: Pick<Cell, 'scenario' | 'tolerance'>): string {
  const { watch, name, perSecond } = scenario;
  return `${watch}: ${name}, ${perSecond} a second, tolerance ${tolerance.toFixed(1)}`;
}

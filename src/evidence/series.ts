/** Both slots over time, in few points: what a chart shows, not what a verdict rests on. Pure. */
import type { SeriesPoint, SlotPoint } from '../domain/evidence.ts';
import { addTotals, type Totals } from './counters.ts';
import { quantile } from './histogram.ts';

/** A watch has about as many points. */
const pointsWanted = 48;
const pointsKept = 60;

/** JSON. */
export interface Series {
  readonly points: readonly SeriesPoint[];
  /** What the next point sums up. */
  readonly open: Stretch | null;
}

interface Stretch {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly candidate: Totals | null;
  /** null where there is no stable slot, too. */
  readonly stable: Totals | null;
  readonly hasStable: boolean;
}

export const newSeries: Series = { points: [], open: null };

/** After one more look; the totals are what was counted since the one before, null where that is not known. */
export function addToSeries(series: Series, look: Stretch, horizonMs: number): Series {
  const open = series.open === null ? look : joined(series.open, look);
  if (open.until - open.since < horizonMs / pointsWanted) return { ...series, open };
  return { points: [...series.points, pointOf(open)].slice(-pointsKept), open: null };
}

/** All points, with the one that is not complete yet. */
export function pointsOf({ points, open }: Series): readonly SeriesPoint[] {
  return open === null ? points : [...points, pointOf(open)].slice(-pointsKept);
}

function joined(a: Stretch, b: Stretch): Stretch {
  return { ...b, since: a.since, candidate: sum(a.candidate, b.candidate), stable: sum(a.stable, b.stable) };
}

function sum(a: Totals | null, b: Totals | null): Totals | null {
  if (a === null || b === null) return a ?? b;
  return addTotals(a, b);
}

function pointOf({ until, candidate, stable, hasStable }: Stretch): SeriesPoint {
  return {
    at: new Date(until).toISOString(),
    candidate: slotPoint(candidate),
    stable: hasStable ? slotPoint(stable) : null,
  };
}

function slotPoint(totals: Totals | null): SlotPoint {
  if (totals === null) return { requests: null, errors: null, p95Ms: null };
  const p95 = quantile(totals.latency, 0.95);
  const p95Ms = p95 === null ? null : Math.round(p95.value * 1e4) / 10;
  return { requests: totals.requests, errors: totals.errors, p95Ms };
}

/** Both slots over time, to be looked at. */
import { between, type Arm } from '../arm.ts';
import { addToSeries, pointsOf } from '../series.ts';
import type { WatchPart } from '../watch-part.ts';

export const seriesPart: WatchPart = {
  after({ horizonMs }, before, { at, arms }) {
    const { candidate, stable } = arms;
    const hasStable = before.stable !== null && stable !== null;
    const stretch = {
      since: at,
      until: at,
      candidate: countedBetween(before.candidate, candidate),
      stable: hasStable ? countedBetween(before.stable, stable) : null,
      hasStable,
    };
    return { series: addToSeries(before.series, stretch, horizonMs) };
  },
  evidence: (_watch, { series }) => ({ series: pointsOf(series) }),
};

/** What the pods counted, or the answers to probes where nobody else counts. */
function countedBetween(before: Arm, after: Arm) {
  return between(before.counters, after.counters) ?? between(before.probes, after.probes);
}

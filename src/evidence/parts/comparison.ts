/** The candidate against stable, by statistics; and its limits, by the same. */
import { compareAgain, comparisonEvidence, statisticalFindings } from '../statistical-findings.ts';
import type { WatchPart } from '../watch-part.ts';
import type { Watch, WatchState } from '../watch-state.ts';

export const comparisonPart: WatchPart = {
  after({ comparison }, before, { at, arms }) {
    return { comparison: compareAgain(comparison, before.comparison, before, arms, at - before.startedAt) };
  },
  findings: findingsOf,
  urgent: findingsOf,
  evidence({ comparison }, state) {
    return { comparison: comparisonEvidence(comparison, state.comparison, state) };
  },
};

function findingsOf({ comparison }: Watch, state: WatchState) {
  return statisticalFindings(comparison, state.comparison, state);
}

/** What a watch finds out beside requests: probes that failed, memory, warnings, usage, where the traffic goes. */
import { observe, observedEvidence, oomFindings, usageFindings } from '../observations.ts';
import type { WatchPart } from '../watch-part.ts';

export const observationsPart: WatchPart = {
  after(_watch, { observations }, look) {
    return { observations: observe(observations, look) };
  },
  findings({ step, stable, limits: { thresholds }, stableUsage }, { observations }) {
    const judging = { step, hasStable: stable !== null, thresholds, stableBefore: stableUsage };
    return [...oomFindings(observations, thresholds), ...usageFindings(observations, judging)];
  },
  urgent({ limits }, { observations }) {
    return oomFindings(observations, limits.thresholds);
  },
  evidence({ candidate, stable, step }, { observations }) {
    return observedEvidence(observations, { candidate: candidate.slot, stable: stable?.slot ?? null }, step);
  },
};

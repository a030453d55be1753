/**
 * Mixture e-processes for the share of the candidate's events: under the null the expectation is at most 1 at any moment, so it
 * may be looked at whenever one likes, and 1/alpha is reached with no more probability than alpha (Ville 1939; Ramdas, Grünwald,
 * Vovk and Shafer 2023). Pure.
 *
 * Each look multiplies it by the likelihood ratio of an alternative to the worst case of the null; the mixture of several
 * alternatives (Robbins 1970) needs no guess of how much worse the candidate is. Under a better candidate than the worst case
 * the ratio only falls, since it rises with the candidate's count (monotone likelihood ratio).
 */
import type { Counts, PairedCounts } from './counts.ts';

/** By how much more than allowed the candidate may be worse. */
const alternatives = [1.5, 2, 3, 5, 10, 30] as const;

/** The logarithm of the likelihood ratio of each alternative. JSON. */
export type LogRatios = readonly number[];

export const noEvidence: LogRatios = alternatives.map(() => 0);

/** Both arms at the same time: of the binomial that `ofConcurrent` in null-hypothesis.ts describes. */
export function afterConcurrent(before: LogRatios, { candidate, stable }: PairedCounts, tolerance: number): LogRatios {
  const [inCandidate, inStable] = [candidate.requests * tolerance, stable.requests];
  if (inCandidate === 0 || inStable === 0) return before;
  const events = candidate.events + stable.events;
  return alternatives.map((times, index) => {
    const normalised = Math.log((inCandidate + inStable) / (inCandidate * times + inStable));
    return (before[index] ?? 0) + candidate.events * Math.log(times) + events * normalised;
  });
}

/**
 * Against a finished baseline: of the negative binomials that `afterBaseline` in null-hypothesis.ts describes. Events may be
 * effective ones, and so need not be whole.
 */
export function againstBaseline(baseline: Counts, candidate: Counts, tolerance: number): LogRatios {
  const inCandidate = candidate.requests * tolerance;
  if (inCandidate === 0 || baseline.requests === 0) return noEvidence;
  const events = baseline.events + 1 + candidate.events;
  return alternatives.map((times) => {
    const normalised = Math.log((inCandidate + baseline.requests) / (inCandidate * times + baseline.requests));
    return candidate.events * Math.log(times) + events * normalised;
  });
}

/** Against an absolute limit on the share: of Poisson counts, whose tail is the heavier one. Events as above. */
export function againstLimit({ requests, events }: Counts, limit: number): LogRatios {
  return alternatives.map((times) => events * Math.log(times) - (times - 1) * limit * requests);
}

/**
 * The logarithm of the mixture. Where events come in bursts, the logarithms of the likelihood are worth that much
 * less: quasi-likelihood, McCullagh and Nelder 1989, chapter 9.
 */
export function logEvidence(ratios: LogRatios, burst = 1): number {
  const tempered = ratios.map((ratio) => ratio / burst);
  const most = Math.max(...tempered);
  const sum = tempered.reduce((total, ratio) => total + Math.exp(ratio - most), 0);
  return most + Math.log(sum / ratios.length);
}

/**
 * What "no worse than allowed" makes of the candidate's count between two looks. Each is the worst case of a composite null:
 * under any better candidate the count is stochastically smaller, so a boundary is reached with less probability. Pure.
 */
import { binomial, negativeBinomial } from './distribution.ts';
import type { Increment } from './boundary.ts';
import type { Counts, PairedCounts } from './counts.ts';

/**
 * Both arms at the same time, the candidate's share at most `tolerance` times stable's. Given the events of both together,
 * the candidate's are binomial, with the odds n_c · tolerance : n_s, whatever stable's share is: Przyborowski and Wilenski
 * 1940; Lehmann and Romano 2005, section 4.5. Diurnal load and a different amount of traffic cancel out.
 */
export function ofConcurrent({ candidate, stable }: PairedCounts, tolerance: number): Increment {
  return binomial(candidate.events + stable.events, shareOf(candidate.requests * tolerance, stable.requests));
}

/**
 * Stable's baseline is finished. Given what was counted in it, the rate of stable's events is no higher than a
 * Gamma(events + 1, requests) variable: the upper one of the two fiducial distributions of a Poisson rate (Garwood 1936). The
 * candidate's count is then a Pólya process: what comes next is negative binomial, with all that came before as its shape
 * (Johnson, Kemp and Kotz 2005, section 5.3). At one single look it is exactly the conditional test of two Poisson counts, since
 * P(Bin(x+y, p) >= x) = P(NB(y+1, p) >= x). Over several looks it averages over what the baseline may have been, which is no
 * proof: that the error is kept is shown by simulation, in the tests and by `npm run bench:verdicts`.
 */
export function afterBaseline(
  baseline: Counts,
  requestsBefore: number,
  requests: number,
  tolerance: number,
): Increment {
  const exposure = baseline.requests + requestsBefore * tolerance;
  const probability = shareOf(requests * tolerance, exposure);
  return (count) => negativeBinomial(baseline.events + 1 + count, probability);
}

/** The candidate's share is at most `limit`, an absolute one. */
export function ofLimit(requests: number, limit: number): Increment {
  return binomial(requests, Math.min(1, limit));
}

/** a / (a + b), and 0 where there is neither. */
export function shareOf(a: number, b: number): number {
  return a + b > 0 ? a / (a + b) : 0;
}

/**
 * From how many lines on an error that stable has not logged is one of the new version. Pure.
 *
 * Whether it is new or only rare depends on for how long stable was read: of k lines of an error that both slots log equally often, each
 * falls to the candidate with probability N / (N + n), where N is the time of its pods that was read, and n that of stable's. So all k
 * do with (N / (N + n))^k: the conditional binomial test of two Poisson rates (Przyborowski and Wilenski 1940, "Homogeneity of results in
 * testing samples from Poisson series"). It has to be at most 1/64, which is what three lines say where stable was read for three
 * times as long as the candidate: k ≥ ln 64 / ln(1 + n/N), and three at least.
 */

const chance = 1 / 64;
/** An accident of one moment is no error of the new version, however well stable is known. */
const least = 3;
const roundingError = 1e-9;

/** The times of the pods that were read. Infinity where nothing of stable was. */
export function linesThatTell(candidateMs: number, stableMs: number): number {
  if (stableMs === 0) return Infinity;
  const lines = -Math.log(chance) / Math.log1p(stableMs / candidateMs);
  return Math.max(least, Math.ceil(lines - roundingError));
}

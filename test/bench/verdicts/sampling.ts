/** Random counts, exact. */
import type { Random } from '../../simulation/random.ts';

/** By the gaps between successes, which are geometric: Devroye 1986, section X.4.3. */
export function binomial(random: Random, trials: number, probability: number): number {
  if (probability <= 0) return 0;
  if (probability >= 1) return trials;
  const perTrial = Math.log1p(-probability);
  let successes = 0;
  let at = Math.floor(Math.log(1 - random.next()) / perTrial);
  while (at < trials) {
    successes += 1;
    at += 1 + Math.floor(Math.log(1 - random.next()) / perTrial);
  }
  return successes;
}

/** By the exponential gaps between arrivals: Devroye 1986, section X.3.3. */
export function poisson(random: Random, mean: number): number {
  let count = -1;
  for (let at = 0; at <= mean; at -= Math.log(1 - random.next())) count += 1;
  return count;
}

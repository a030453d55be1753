/**
 * Distributions of counts, as far as their probabilities matter. Pure.
 *
 * They come from the ratios of neighbouring probabilities, outwards from the mode, and are scaled to a sum of 1: no special
 * function is needed, and nothing under- or overflows however large the counts are.
 */

/** The probability of `from + i` is `probabilities[i]`; of what is outside, nothing. The sum may be less than 1. */
export interface Distribution {
  readonly from: number;
  readonly probabilities: readonly number[];
}

/** Probabilities below this share of the largest are left out. */
const negligible = 1e-9;

export function certainly(count: number): Distribution {
  return { from: count, probabilities: [1] };
}

/** Successes in so many trials. P(k+1)/P(k) = (n-k)/(k+1) · p/(1-p): Johnson, Kemp and Kotz 2005, eq. 3.12. */
export function binomial(trials: number, probability: number): Distribution {
  if (trials === 0 || probability <= 0) return certainly(0);
  if (probability >= 1) return certainly(trials);
  const odds = probability / (1 - probability);
  const mode = Math.min(trials, Math.floor((trials + 1) * probability));
  return fromRatios(mode, (k) => ((trials - k) / (k + 1)) * odds);
}

/**
 * Events with success probability `p` until there are `shape` others (which need not be whole).
 * P(k+1)/P(k) = (shape+k)/(k+1) · p: Johnson, Kemp and Kotz 2005, section 5.1.
 */
export function negativeBinomial(shape: number, probability: number): Distribution {
  if (probability <= 0) return certainly(0);
  const mode = Math.max(0, Math.floor(((shape - 1) * probability) / (1 - probability)));
  return fromRatios(mode, (k) => ((shape + k) / (k + 1)) * probability);
}

/** `ratio(k)` is P(k+1)/P(k); it falls with k. */
function fromRatios(mode: number, ratio: (count: number) => number): Distribution {
  let [from, weight] = [mode, 1];
  while (from > 0) {
    const below = weight / ratio(from - 1);
    if (below < negligible) break;
    from -= 1;
    weight = below;
  }
  const weights: number[] = [];
  let sum = 0;
  for (let count = from; count <= mode || weight >= negligible; count += 1) {
    weights.push(weight);
    sum += weight;
    weight *= ratio(count);
  }
  return { from, probabilities: weights.map((one) => one / sum) };
}

/** The sum of two independent counts. */
export function plus(a: Distribution, b: Distribution): Distribution {
  const from = a.from + b.from;
  if (b.probabilities.length === 1) return { from, probabilities: a.probabilities };
  const sums = Array.from<number>({ length: a.probabilities.length + b.probabilities.length - 1 }).fill(0);
  for (const [index, probability] of a.probabilities.entries()) addTo(sums, index, probability, b.probabilities);
  return { from, probabilities: sums };
}

function addTo(sums: number[], at: number, factor: number, probabilities: readonly number[]): void {
  for (let i = 0; i < probabilities.length; i += 1) {
    sums[at + i] = (sums[at + i] ?? 0) + factor * (probabilities[i] ?? 0);
  }
}

/** A count, and what is added to it, whose distribution depends on the count. */
export function mixed(before: Distribution, added: (count: number) => Distribution): Distribution {
  const steps = before.probabilities.map((_, index) => added(before.from + index));
  const from = steps.reduce((least, step, index) => Math.min(least, index + step.from), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(from)) return before;
  const end = steps.reduce((most, step, index) => Math.max(most, index + step.from + step.probabilities.length), 0);
  const sums = Array.from<number>({ length: end - from }).fill(0);
  for (const [index, step] of steps.entries()) {
    addTo(sums, index + step.from - from, before.probabilities[index] ?? 0, step.probabilities);
  }
  return { from: before.from + from, probabilities: sums };
}

/** Without the ends that hardly weigh. */
export function trimmed({ from, probabilities }: Distribution): Distribution {
  const least = negligible * probabilities.reduce((most, probability) => Math.max(most, probability), 0);
  const first = probabilities.findIndex((probability) => probability > least);
  const last = probabilities.findLastIndex((probability) => probability > least);
  if (first <= 0 && last === probabilities.length - 1) return { from, probabilities };
  return { from: from + first, probabilities: first < 0 ? [] : probabilities.slice(first, last + 1) };
}

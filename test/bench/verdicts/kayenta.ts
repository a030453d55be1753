/**
 * The judge of canary tools, as Kayenta has it: a Mann-Whitney test of the series of both arms, 98 % confidence, a tolerance of
 * 0.25 times the Hodges-Lehmann estimate. Roots are bracketed by bisection instead of Brent's method.
 * https://github.com/spinnaker/kayenta: MannWhitneyClassifier.scala and MannWhitney.scala (MannWhitneyClassifier.compare,
 * calculateConfidenceInterval), which follow wilcox.test of R.
 */
import { probit } from 'simple-statistics';

const confidence = 0.98;
const tolerance = 0.25;
const quantile = probit(1 - (1 - confidence) / 2);
const bisections = 30;

/** Whether the candidate is "High": worse than stable in a metric that should not increase. */
export function isHigh(candidate: readonly number[], stable: readonly number[]): boolean {
  const [x, y] = [sorted(candidate), sorted(stable)];
  if (x.length === 0 || y.length === 0 || x.every((value, index) => value === y[index])) return false;
  if (new Set([...x, ...y]).size === 1) return false;
  const estimate = hodgesLehmann(x, y);
  // The lower end of the interval is above the bound exactly where the statistic, which falls, is still positive there.
  return standardised(x, y, tolerance * Math.abs(estimate), quantile) > 0;
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function hodgesLehmann(x: readonly number[], y: readonly number[]): number {
  let low = (x[0] ?? 0) - (y.at(-1) ?? 0);
  let high = (x.at(-1) ?? 0) - (y[0] ?? 0);
  for (let step = 0; step < bisections; step += 1) {
    const middle = (low + high) / 2;
    if (wins(x, y, middle) > (x.length * y.length) / 2) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How often x - shift is above y, a tie being half. Both are sorted. */
function wins(x: readonly number[], y: readonly number[], shift: number): number {
  let [below, notAbove, sum] = [0, 0, 0];
  for (const value of x) {
    while (below < y.length && (y[below] ?? 0) < value - shift) below += 1;
    while (notAbove < y.length && (y[notAbove] ?? 0) <= value - shift) notAbove += 1;
    sum += (below + notAbove) / 2;
  }
  return sum;
}

/** wilcoxonDiff of Kayenta: with its correction for continuity and for ties. */
function standardised(x: readonly number[], y: readonly number[], shift: number, z: number): number {
  const difference = wins(x, y, shift) - (x.length * y.length) / 2;
  const all = x.length + y.length;
  const ties = new Map<number, number>();
  for (const value of [...x.map((one) => one - shift), ...y]) ties.set(value, (ties.get(value) ?? 0) + 1);
  const tied = [...ties.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const sigma = Math.sqrt(((x.length * y.length) / 12) * (all + 1 - tied / (all * (all - 1))));
  return sigma === 0 ? -1 : (difference - Math.sign(difference) * 0.5) / sigma - z;
}

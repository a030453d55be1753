import fc from 'fast-check';
import { gammaln } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import {
  binomial,
  certainly,
  mixed,
  negativeBinomial,
  plus,
  type Distribution,
} from '../../../src/evidence/statistics/distribution.ts';

/** gammaln has 10 digits for large arguments. */
const close = 1e-6;

function at({ from, probabilities }: Distribution, count: number): number {
  return probabilities[count - from] ?? 0;
}

function expectSame(found: Distribution, expected: (count: number) => number): void {
  const worst = found.probabilities.map((probability, index) => Math.abs(probability - expected(found.from + index)));
  expect(Math.max(...worst)).toBeLessThan(close);
}

describe('a distribution', () => {
  it('has the probabilities of the binomial, as the gamma function gives them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 1e-4, max: 0.9999, noNaN: true }), (n, p) => {
        const log = (k: number): number =>
          gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p);
        expectSame(binomial(n, p), (k) => Math.exp(log(k)));
      }),
    );
  });

  it('has those of the negative binomial', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 1e-4, max: 0.9, noNaN: true }), (shape, p) => {
        const log = (k: number): number =>
          gammaln(shape + k) - gammaln(k + 1) - gammaln(shape) + shape * Math.log1p(-p) + k * Math.log(p);
        expectSame(negativeBinomial(shape, p), (k) => Math.exp(log(k)));
      }),
    );
  });

  it('adds up: of two binomials with the same share, the binomial of both', () => {
    const sum = plus(binomial(30, 0.2), binomial(50, 0.2));
    const whole = binomial(80, 0.2);
    for (let k = 0; k <= 80; k += 1) expect(at(sum, k)).toBeCloseTo(at(whole, k), 7);
  });

  it('mixes: the increments of a Pólya process, of the negative binomial of the whole', () => {
    // Exposures 10, then 4, then 6 with 3 events before.
    const first = negativeBinomial(4, 4 / 14);
    const both = mixed(first, (count) => negativeBinomial(4 + count, 6 / 20));
    const whole = negativeBinomial(4, 10 / 20);
    for (let k = 0; k < 30; k += 1) expect(at(both, k)).toBeCloseTo(at(whole, k), 7);
  });

  it('is certain where nothing can vary', () => {
    expect(binomial(0, 0.5)).toEqual(certainly(0));
    expect(binomial(7, 0)).toEqual(certainly(0));
    expect(binomial(7, 1)).toEqual(certainly(7));
    expect(negativeBinomial(5, 0)).toEqual(certainly(0));
  });
});

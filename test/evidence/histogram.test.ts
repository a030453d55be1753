import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBuckets, quantile, subtractBuckets } from '../../src/evidence/histogram.ts';

const buckets = { '0.1': 50, '0.5': 90, '1': 100, Infinity: 100 };

describe('a quantile of a histogram', () => {
  it('is linear within its bucket, as histogram_quantile has it', () => {
    const expected = { 0.5: 0.1, 0.7: 0.3, 0.95: 0.75, 0.25: 0.05, 0: 0 };
    for (const [q, value] of Object.entries(expected)) {
      const found = quantile(buckets, Number(q));
      expect(found?.value).toBeCloseTo(value);
      expect(found?.isAtLeast).toBe(false);
    }
  });

  it('is no less than the highest finite bound where it lies above all of them', () => {
    expect(quantile({ '0.1': 10, '1': 20, Infinity: 100 }, 0.99)).toEqual({ value: 1, isAtLeast: true });
  });

  it('is right although a count lags behind the one before it', () => {
    expect(quantile({ '0.1': 50, '0.5': 48, '1': 100, Infinity: 100 }, 0.75)?.value).toBeCloseTo(0.75);
  });

  it('is unknown without observations', () => {
    expect(quantile({}, 0.99)).toBeNull();
    expect(quantile({ '1': 0, Infinity: 0 }, 0.99)).toBeNull();
    expect(quantile({ Infinity: 4 }, 0.99)).toBeNull();
    expect(quantile({ '0.5': 4, '1': 4 }, 0.99)).toBeNull();
  });

  it('grows with q, and stays within the bounds', () => {
    const counts = fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (each, a, b) => {
          const [x = 0, y = 0, z = 0] = each;
          const histogram = { '0.1': x, '1': x + y, Infinity: x + y + z };
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map((q) => quantile(histogram, q)?.value);
          if (low == null || high == null) return;
          expect(low).toBeLessThanOrEqual(high + 1e-12);
          expect(high).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('of two histograms together is that of their sum', () => {
    expect(addBuckets({ '1': 2, Infinity: 3 }, { '1': 1, Infinity: 1 })).toEqual({ '1': 3, Infinity: 4 });
    expect(addBuckets({}, { '1': 1, Infinity: 1 })).toEqual({ '1': 1, Infinity: 1 });
  });

  it('is known only at the bounds that both have', () => {
    expect(addBuckets({ '1': 2, Infinity: 3 }, { '2': 1, Infinity: 1 })).toEqual({ Infinity: 4 });
  });

  it('of what was observed since is never negative', () => {
    expect(subtractBuckets({ '1': 5, Infinity: 4 }, { '1': 2, Infinity: 6 })).toEqual({ '1': 3, Infinity: 0 });
  });
});

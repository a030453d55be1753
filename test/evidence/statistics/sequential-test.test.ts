import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PairedCounts } from '../../../src/evidence/statistics/counts.ts';
import {
  isReached,
  lookOnce,
  newTest,
  testAfter,
  type Against,
  type SequentialTest,
} from '../../../src/evidence/statistics/sequential-test.ts';
import { spendable } from '../../../src/evidence/statistics/spending.ts';
import { binomial, poisson } from '../../bench/verdicts/sampling.ts';
import { Random } from '../../simulation/random.ts';

const alpha = 0.05;
const looks = 20;
const stable: Against = { kind: 'stable', tolerance: 1 };

function lookOf(candidate: number, inStable: number, requests = 100): PairedCounts {
  return { candidate: { requests, events: candidate }, stable: { requests, events: inStable } };
}

/** Whether a watch reached the boundary at any look. */
function hasReached(begin: SequentialTest, against: Against, counts: readonly PairedCounts[]): boolean {
  let test = begin;
  return counts.some((now, index) => {
    test = lookOnce(test, now, against, spendable(alpha, index + 1, counts.length, 0.5));
    return isReached(test);
  });
}

function shareOfRuns(runs: number, runOnce: (random: Random) => boolean): number {
  const random = new Random(20_261_125);
  let reached = 0;
  for (let run = 0; run < runs; run += 1) if (runOnce(random)) reached += 1;
  return reached / runs;
}

describe('a boundary', () => {
  it('is what the binomial says at a single look: 8 of 8 may be spent at 1 in 256', () => {
    expect(isReached(lookOnce(newTest, lookOf(8, 0), stable, 1 / 256))).toBe(true);
    expect(isReached(lookOnce(newTest, lookOf(8, 0), stable, 1 / 257))).toBe(false);
  });

  it('against a baseline is the same conditional test at a single look', () => {
    const against: Against = { kind: 'baseline', tolerance: 1 };
    const after = testAfter({ requests: 100, events: 1 });
    // P(Bin(9, 1/2) >= 8) = 10/512.
    expect(isReached(lookOnce(after, lookOf(8, 0), against, 0.01954))).toBe(true);
    expect(isReached(lookOnce(after, lookOf(8, 0), against, 0.01952))).toBe(false);
  });

  it('never spends more than it may', () => {
    const counts = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 30 });
    fc.assert(
      fc.property(counts, fc.double({ min: 0.3, max: 3, noNaN: true }), (pairs, power) => {
        let test = newTest;
        for (const [index, [a, b]] of pairs.entries()) {
          const allowed = spendable(alpha, index + 1, pairs.length, power);
          test = lookOnce(test, lookOf(a, b), stable, allowed);
          expect(test.boundary.spent).toBeLessThanOrEqual(allowed + 1e-12);
        }
      }),
    );
  });

  it('is reached by no fewer events of the candidate, and by no more of stable', () => {
    const counts = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(counts, (pairs) => {
        // One event goes from stable to the candidate, so that the totals, and with them the boundary, stay.
        const worse = pairs.map(([a, b]) => (b > 0 ? lookOf(a + 1, b - 1) : lookOf(a, b)));
        const asItIs = hasReached(
          newTest,
          stable,
          pairs.map(([a, b]) => lookOf(a, b)),
        );
        expect(asItIs && !hasReached(newTest, stable, worse)).toBe(false);
      }),
    );
  });

  it('goes on from JSON', () => {
    const begun = lookOnce(newTest, lookOf(3, 1), stable, 0.01);
    const resumed = JSON.parse(JSON.stringify(begun)) as SequentialTest;
    expect(lookOnce(resumed, lookOf(2, 2), stable, 0.02)).toEqual(lookOnce(begun, lookOf(2, 2), stable, 0.02));
  });

  it('keeps its state small, however many events there are', () => {
    let test = newTest;
    for (let look = 1; look <= 60; look += 1) test = lookOnce(test, lookOf(2_500, 2_500, 50_000), stable, 1e-4 * look);
    expect(JSON.stringify(test).length).toBeLessThan(10_000);
  });

  it('keeps its state small, and finds what is worse, where the traffic grows a lot', () => {
    let test = newTest;
    for (let look = 1; look <= 60; look += 1) {
      const [requests, events] = look < 10 ? [10, 0] : [1_000_000, 25_000];
      test = lookOnce(test, lookOf(events, events * 0.8, requests), stable, 1e-4 * look);
    }
    expect(JSON.stringify(test).length).toBeLessThan(20_000);
    expect(isReached(test)).toBe(true);
  });
});

describe('the error of a boundary, over all looks', () => {
  // Three standard errors of 2,000 runs are 1.5 %.
  const runs = 2_000;
  const most = alpha + 0.0146;

  it.each([
    ['the same traffic', 100, 100, 1],
    ['three times the traffic', 300, 100, 1],
    ['as much worse as is tolerated', 100, 100, 1.5],
  ])('is at most alpha with %s', (_, requests, requestsOfStable, tolerance) => {
    const share = 0.02;
    const error = shareOfRuns(runs, (random) => {
      const counts = Array.from({ length: looks }, () => ({
        candidate: { requests, events: binomial(random, requests, share * tolerance) },
        stable: { requests: requestsOfStable, events: binomial(random, requestsOfStable, share) },
      }));
      return hasReached(newTest, { kind: 'stable', tolerance }, counts);
    });
    expect(error).toBeLessThan(most);
    expect(error).toBeGreaterThan(0.02);
  });

  it.each([
    ['few', 100, 0.002],
    ['some', 100, 0.02],
    ['many, of which not all are counted', 1_000, 0.05],
  ])('is at most alpha against a baseline of events that are %s', (_, requests, share) => {
    const error = shareOfRuns(500, (random) => {
      const events = poisson(random, requests * looks * share);
      const counts = Array.from({ length: looks }, () => lookOf(poisson(random, requests * share), 0, requests));
      return hasReached(testAfter({ requests: requests * looks, events }), { kind: 'baseline', tolerance: 1 }, counts);
    });
    expect(error).toBeLessThan(alpha + 0.0293);
  });

  it.each<[string, Against]>([
    ['stable', stable],
    ['an absolute limit', { kind: 'limit', limit: 0.02 }],
  ])('is at most alpha against %s where the traffic grows so much that not all events are counted', (_, against) => {
    const error = shareOfRuns(120, (random) => {
      const counts = Array.from({ length: looks }, (_none, look) => {
        const requests = look < 8 ? 100 : 100_000;
        const events = (): number => binomial(random, requests, 0.02);
        return { candidate: { requests, events: events() }, stable: { requests, events: events() } };
      });
      return hasReached(newTest, against, counts);
    });
    // Three standard errors of 120 runs.
    expect(error).toBeLessThan(alpha + 0.06);
  });

  it('is at most alpha at an absolute limit', () => {
    const error = shareOfRuns(runs, (random) =>
      hasReached(
        newTest,
        { kind: 'limit', limit: 0.02 },
        Array.from({ length: looks }, () => lookOf(binomial(random, 100, 0.02), 0)),
      ),
    );
    expect(error).toBeLessThan(most);
  });
});

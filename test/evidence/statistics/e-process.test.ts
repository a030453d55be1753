import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterConcurrent,
  againstBaseline,
  againstLimit,
  logEvidence,
  noEvidence,
  type LogRatios,
} from '../../../src/evidence/statistics/e-process.ts';
import { binomial, poisson } from '../../bench/verdicts/sampling.ts';
import { Random } from '../../simulation/random.ts';

const runs = 4_000;

function mean(random: Random, evidence: (random: Random) => number): number {
  let sum = 0;
  for (let run = 0; run < runs; run += 1) sum += Math.exp(evidence(random));
  return sum / runs;
}

function of(candidate: number, stable: number): LogRatios {
  const counts = { candidate: { requests: 100, events: candidate }, stable: { requests: 100, events: stable } };
  return afterConcurrent(noEvidence, counts, 1);
}

describe('an e-process', () => {
  it.each([
    ['the same share', 0.02, 1, 1],
    ['a better share', 0.01, 1, 1],
    ['the worst that is tolerated, and other traffic', 0.03, 1.5, 3],
  ])('has an expectation of at most 1 under the null, at any moment: %s', (_, share, tolerance, times) => {
    const random = new Random(3);
    for (const looks of [1, 5, 20]) {
      const found = mean(random, () => {
        let ratios: LogRatios = noEvidence;
        for (let look = 0; look < looks; look += 1) {
          const candidate = { requests: 50 * times, events: binomial(random, 50 * times, share) };
          ratios = afterConcurrent(
            ratios,
            { candidate, stable: { requests: 50, events: binomial(random, 50, 0.02) } },
            tolerance,
          );
        }
        return logEvidence(ratios);
      });
      expect(found).toBeLessThan(1.2);
    }
  });

  it('has it against a baseline and against a limit, too', () => {
    const random = new Random(5);
    const [requests, limit] = [500, 0.02];
    const candidate = (): { requests: number; events: number } => ({
      requests,
      events: poisson(random, requests * limit),
    });
    expect(mean(random, () => logEvidence(againstBaseline(candidate(), candidate(), 1)))).toBeLessThan(1.2);
    expect(mean(random, () => logEvidence(againstLimit(candidate(), limit)))).toBeLessThan(1.2);
  });

  it('rises with the events of the candidate and falls with those of stable, and by less in bursts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(40), (a, b) => {
        expect(logEvidence(of(a, b))).toBeGreaterThan(logEvidence(of(a - 1, b)));
        expect(logEvidence(of(a, b))).toBeGreaterThan(logEvidence(of(a, b + 1)));
        expect(Math.abs(logEvidence(of(a, b), 5))).toBeLessThanOrEqual(Math.max(...of(a, b).map(Math.abs)) / 5 + 1e-9);
      }),
    );
  });

  it('is the likelihood ratio: of twice the odds, 8 of 9 events in the candidate', () => {
    const ratios = afterConcurrent(
      noEvidence,
      { candidate: { requests: 10, events: 8 }, stable: { requests: 10, events: 1 } },
      1,
    );
    expect(ratios[1]).toBeCloseTo(8 * Math.log(4 / 3) + Math.log(2 / 3), 10);
  });

  it('says nothing where one of the arms has no requests', () => {
    const counts = { requests: 10, events: 8 };
    const none = { requests: 0, events: 0 };
    expect(logEvidence(afterConcurrent(noEvidence, { candidate: counts, stable: none }, 1))).toBe(0);
    expect(logEvidence(againstBaseline(none, counts, 1))).toBe(0);
  });
});

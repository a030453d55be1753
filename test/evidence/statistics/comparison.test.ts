import { describe, expect, it } from 'vitest';
import { looksNeeded } from '../../../src/domain/watch-looks.ts';
import {
  assess,
  compare,
  newComparison,
  withBaseline,
  type Assessment,
  type Comparison,
  type ComparisonPlan,
} from '../../../src/evidence/statistics/comparison.ts';
import { afterLook, dispersionOf, newDispersion } from '../../../src/evidence/statistics/dispersion.ts';

const plan: ComparisonPlan = { against: { kind: 'stable', tolerance: 1 }, alpha: 0.008, horizon: 60 };

function watched(candidate: readonly number[], stable: readonly number[], requests = 25): Comparison {
  return candidate.reduce(
    (state, events, index) =>
      compare(
        state,
        { candidate: { requests, events }, stable: { requests, events: stable[index] ?? 0 } },
        index + 1,
        plan,
      ),
    newComparison,
  );
}

function judged(candidate: readonly number[], stable: readonly number[] = []): Assessment {
  return assess(watched(candidate, stable), plan);
}

function indexOf(events: readonly number[], requestsAt: (look: number) => number = () => 100): number {
  const looks = events.map((count, look) => ({ requests: requestsAt(look), events: count }));
  return dispersionOf([looks.reduce(afterLook, newDispersion)]);
}

describe('the index of dispersion', () => {
  it('is the size of a burst in one look, and half of it in two, or more', () => {
    expect(indexOf([0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0])).toBe(12);
    // Of pairs: (6² + 12² + 6²) of (6 + 12 + 6) events.
    expect(indexOf([0, 0, 0, 0, 0, 6, 6, 0, 0, 0, 0, 0])).toBe(9);
  });

  it('is small where counts are even, also where they step up or follow the traffic', () => {
    expect(indexOf([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2])).toBe(0);
    expect(indexOf([0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2])).toBeLessThan(1);
    expect(indexOf([1, 2, 3, 4, 5, 6, 7, 8, 9], (look) => 100 * (look + 1))).toBe(0);
  });

  it('passes over looks without requests, as there are between two scrapes', () => {
    const events = Array.from({ length: 60 }, (_, look) => (look === 30 ? 12 : 0));
    expect(indexOf(events, (look) => (look % 6 === 0 ? 600 : 0))).toBe(12);
  });

  it('is 1 where nothing happened', () => {
    expect(indexOf([0, 0, 0, 0])).toBe(1);
  });
});

describe('a comparison', () => {
  const even = Array.from({ length: 16 }, () => 1);

  it('finds a candidate worse whose errors come evenly, and says so once it has enough looks', () => {
    expect(judged(even)).toEqual({ isWorse: true, burst: 1 });
    expect(judged(Array.from({ length: looksNeeded - 1 }, () => 3)).isWorse).toBe(false);
    expect(judged(Array.from({ length: looksNeeded }, () => 3)).isWorse).toBe(true);
  });

  it('spends nothing of alpha on looks that decide nothing', () => {
    const few = Array.from({ length: looksNeeded - 1 }, () => 2);
    expect(watched(few, few).test.boundary.spent).toBe(0);
    expect(watched([...few, 2], [...few, 2]).test.boundary.spent).toBeGreaterThan(0);
  });

  it('does not by the same number of errors in one burst, of one look or two', () => {
    expect(judged([0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0]).isWorse).toBe(false);
    expect(judged([0, 0, 0, 0, 0, 8, 8, 0, 0, 0, 0, 0]).isWorse).toBe(false);
    expect(judged([0, 0, 0, 0, 0, 16]).isWorse).toBe(false);
  });

  it('does not by bursts that a server scrapes less often than is looked', () => {
    const bursts = { candidate: [3, 5], stable: [8] };
    let state = newComparison;
    for (let look = 0; look < 60; look += 1) {
      const scrape = look / 6;
      const of = (arm: 'candidate' | 'stable') => ({
        requests: Number.isInteger(scrape) ? 600 : 0,
        events: bursts[arm].includes(scrape) ? 20 : 0,
      });
      state = compare(state, { candidate: of('candidate'), stable: of('stable') }, look + 1, plan);
      expect(assess(state, plan).isWorse).toBe(false);
    }
  });

  it('does by burst after burst', () => {
    const bursts = Array.from({ length: 60 }, (_, look) => (look % 3 === 0 ? 10 : 0));
    expect(judged(bursts).isWorse).toBe(true);
    expect(judged(bursts, bursts).isWorse).toBe(false);
  });

  it('does not where stable has as many', () => {
    expect(judged(even, even).isWorse).toBe(false);
  });

  it('goes on from JSON, and stays small', () => {
    const state = watched(even, even);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(JSON.stringify(state).length).toBeLessThan(4_000);
  });

  it('holds the candidate against a baseline that is over', () => {
    const baseline: ComparisonPlan = { ...plan, against: { kind: 'baseline', tolerance: 1 } };
    const after = (events: number): boolean => {
      let state = withBaseline(even.map(() => ({ requests: 25, events: 0 })));
      const stable = { requests: 0, events: 0 };
      for (const [index] of even.entries()) {
        state = compare(state, { candidate: { requests: 250, events }, stable }, index + 1, baseline);
      }
      return assess(state, baseline).isWorse;
    };
    // Ten times the traffic: 16 errors of 4,000 are no more than none of 400 allow.
    expect(after(1)).toBe(false);
    expect(after(10)).toBe(true);
  });
});

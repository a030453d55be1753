import { describe, expect, it } from 'vitest';
import type { Totals } from '../../../src/evidence/counters.ts';
import { boundAbove, slowerThan, slowFrom } from '../../../src/evidence/statistics/slow-requests.ts';
import { surenessOf } from '../../../src/evidence/statistics/confidence.ts';
import { findingsOf, hasFailed } from '../../../src/evidence/statistics/verdict.ts';
import {
  againstStableOf,
  comparisonPlan,
  lookAt,
  newStatistics,
  statisticsAfter,
  type StatisticsPlan,
  type WatchStatistics,
} from '../../../src/evidence/statistics/watch-statistics.ts';

const plan: StatisticsPlan = {
  compareWith: 'stable',
  tolerance: 1,
  alpha: 0.01,
  horizonMs: 300_000,
  minimumRequests: 20,
  limits: { 'error-rate': 0.01, p95: 0.5, p99: 1 },
};

/** So many requests, of which so many failed and so many took longer than 0.5 s. */
function totals(requests: number, errors: number, slow = 0): Totals {
  return {
    requests,
    errors,
    latency: { '0.1': requests - slow, '0.5': requests - slow, '1': requests, Infinity: requests },
  };
}

function watched(
  looks: number,
  candidate: Totals,
  stable: Totals | null,
  under = plan,
  begin = newStatistics,
): WatchStatistics {
  let state = begin;
  for (let look = 1; look <= looks; look += 1) state = lookAt(state, { candidate, stable }, look * 5_000, under);
  return state;
}

function verdicts(state: WatchStatistics, under = plan): string[] {
  return findingsOf(state, under).map(({ metric, against, verdict }) => `${metric} ${against} ${verdict}`);
}

describe('the statistics of a watch', () => {
  it('pass a candidate that is as stable', () => {
    const state = watched(60, totals(25, 0, 1), totals(25, 0, 1));
    expect(verdicts(state)).toEqual([
      'error-rate stable pass',
      'p95 stable pass',
      'p99 stable pass',
      'error-rate limit pass',
      'p95 limit pass',
      'p99 limit pass',
    ]);
    expect(hasFailed(state, plan)).toBe(false);
  });

  it('fail one with more errors, and say why', () => {
    const state = watched(20, totals(25, 1, 0), totals(25, 0, 0));
    expect(hasFailed(state, plan)).toBe(true);
    expect(findingsOf(state, plan)[0]).toEqual({
      metric: 'error-rate',
      against: 'stable',
      verdict: 'fail',
      reason: "error rate 4 % of 500 requests is worse than stable's 0 % of 500",
    });
  });

  it("fail one that is slower than stable's own quantile", () => {
    const found = verdicts(watched(60, totals(100, 0, 6), totals(100, 0, 1)));
    expect(found).toContain('p99 stable fail');
    expect(found).toContain('error-rate stable pass');
  });

  it('fail one above an absolute limit, also without anything to compare with', () => {
    const alone: StatisticsPlan = { ...plan, compareWith: 'nothing' };
    const found = findingsOf(watched(30, totals(100, 4, 0), null, alone), alone);
    expect(found.map(({ against }) => against)).toEqual(['limit', 'limit', 'limit']);
    expect(found[0]).toMatchObject({ verdict: 'fail', reason: 'error rate 4 % of 3000 requests is above 1 %' });
  });

  it('fail at once one that fails many requests in three looks in a row, not in two', () => {
    const failing = totals(25, 5);
    expect(hasFailed(watched(2, failing, totals(25, 0)), plan)).toBe(false);
    const state = watched(3, failing, totals(25, 0));
    expect(findingsOf(state, plan)[0]?.reason).toBe(
      'error rate 20 % of 75 requests in 3 looks in a row, with 5 % or more in each',
    );
  });

  it.each([
    ['too few requests', 60, totals(0, 0), totals(25, 0)],
    ['too few of stable', 60, totals(25, 0), totals(0, 0)],
    ['no histogram', 60, { ...totals(25, 0), latency: {} }, { ...totals(25, 0), latency: {} }],
  ])('are insufficient with %s, never a pass', (_, looks, candidate, stable) => {
    expect(verdicts(watched(looks, candidate, stable))).toContain('p99 stable insufficient-data');
  });

  it('are insufficient after few looks where the candidate looks worse, and pass where it does not', () => {
    expect(verdicts(watched(5, totals(25, 1), totals(25, 0)))).toContain('error-rate stable insufficient-data');
    expect(verdicts(watched(5, totals(25, 0), totals(25, 0)))).toContain('error-rate stable pass');
    // Errors all at one look, as one burst would have them: what they are is not known yet.
    const atOnce = lookAt(
      watched(5, totals(25, 0), totals(25, 0)),
      { candidate: totals(25, 16), stable: totals(25, 0) },
      30_000,
      plan,
    );
    expect(verdicts(atOnce)).toContain('error-rate stable insufficient-data');
  });

  it('fail by answers slower than the limit, also after a long time of fast ones', () => {
    const quiet = watched(200, totals(50, 0), totals(50, 0));
    let state = quiet;
    for (let look = 201; look <= 203; look += 1) {
      state = lookAt(state, { candidate: totals(50, 0, 30), stable: totals(50, 0, 30) }, look * 1_500, plan);
    }
    expect(findingsOf(state, plan)[0]).toEqual({
      metric: 'p95',
      against: 'grave',
      verdict: 'fail',
      reason: '60 % of 150 requests slower than 0.5 s in 3 looks in a row, with 25 % or more in each',
    });
  });

  it('take stable for what is grave where there is no limit', () => {
    const free: StatisticsPlan = { ...plan, limits: { 'error-rate': null, p95: null, p99: null } };
    expect(hasFailed(watched(20, totals(25, 10), totals(25, 10), free), free)).toBe(false);
    expect(hasFailed(watched(3, totals(25, 10), totals(25, 0), free), free)).toBe(true);
    const alone: StatisticsPlan = { ...free, compareWith: 'nothing' };
    expect(hasFailed(watched(20, totals(25, 10), null, alone), alone)).toBe(false);
  });

  it('are insufficient for each metric that stable has too few requests for', () => {
    const found = verdicts(watched(60, totals(25, 0), { ...totals(25, 0), requests: 0 }));
    expect(found.slice(0, 2)).toEqual(['error-rate stable insufficient-data', 'p95 stable pass']);
  });

  it('go on from JSON, and are small', () => {
    const begun = watched(30, totals(2_500, 5, 25), totals(2_500, 5, 25));
    const resumed = JSON.parse(JSON.stringify(begun)) as WatchStatistics;
    const one = [totals(2_500, 6, 26), totals(2_500, 5, 25)] as const;
    expect(watched(1, ...one, plan, resumed)).toEqual(watched(1, ...one, plan, begun));
    expect(JSON.stringify(begun).length).toBeLessThan(60_000);
  });

  it.each([
    ['none', []],
    ['one of very few requests', [totals(30, 0)]],
  ])('are insufficient with a baseline that tells too little: %s', (_, baseline) => {
    const after: StatisticsPlan = {
      ...plan,
      compareWith: 'baseline',
      limits: { 'error-rate': null, p95: null, p99: null },
    };
    const found = verdicts(watched(10, totals(1_000_000, 40), null, after, statisticsAfter(baseline)), after);
    expect(found[0]).toBe('error-rate stable insufficient-data');
  });

  it('hold a monitor against the baseline before the cutover', () => {
    const after: StatisticsPlan = {
      ...plan,
      compareWith: 'baseline',
      limits: { 'error-rate': null, p95: null, p99: null },
    };
    const baseline = Array.from({ length: 60 }, () => totals(100, 0, 1));
    const begin = statisticsAfter(baseline);
    // What is slow comes from the first third of it, so only the rest counts.
    expect(begin.againstStable.p99.test.stable).toEqual({ requests: 4_000, events: 40 });
    expect(verdicts(watched(60, totals(500, 0, 5), null, after, begin), after)).toEqual([
      'error-rate stable pass',
      'p95 stable pass',
      'p99 stable pass',
    ]);
    expect(verdicts(watched(60, totals(500, 0, 25), null, after, begin), after)).toContain('p99 stable fail');
    expect(verdicts(watched(60, totals(500, 10, 5), null, after, begin), after)[0]).toBe('error-rate stable fail');
  });
});

describe('slow requests', () => {
  const seen = { '0.1': 900, '0.25': 950, '0.5': 985, '1': 1_000, Infinity: 1_000 };

  it('are those above the bound that is nearest to the quantile', () => {
    expect(slowFrom(seen, 0.95)).toBe('0.25');
    expect(slowFrom(seen, 0.99)).toBe('0.5');
    // One in ten is slower than 0.01 s, and none of 500 than 0.025: only that is a slow end.
    expect(slowFrom({ '0.01': 450, '0.025': 500, '0.05': 500, Infinity: 500 }, 0.99)).toBe('0.025');
    // One in ten is slower than 0.01 s, and none of 120 than 0.025: that is about one in a hundred.
    expect(slowFrom({ '0.01': 108, '0.025': 120, '0.05': 120, Infinity: 120 }, 0.99)).toBe('0.025');
    expect(slowFrom({ '0.1': 49, Infinity: 49 }, 0.99)).toBeNull();
    expect(slowFrom({ Infinity: 500 }, 0.99)).toBeNull();
  });

  it('are those above the lowest bound where stable is faster than all', () => {
    expect(slowFrom({ '0.25': 500, '0.1': 500, Infinity: 500 }, 0.99)).toBe('0.1');
  });

  it('are counted at that bound, or not at all', () => {
    expect(slowerThan(seen, '0.5')).toEqual({ requests: 1_000, events: 15 });
    expect(slowerThan(seen, '0.3')).toBeNull();
    expect(slowerThan({}, '0.5')).toEqual({ requests: 0, events: 0 });
  });

  it('have a limit at a bound that is no lower', () => {
    expect(boundAbove(seen, 0.3)).toBe('0.5');
    expect(boundAbove(seen, 0.5)).toBe('0.5');
    expect(boundAbove(seen, 2)).toBeNull();
  });
});

describe('how sure it is that a candidate is worse', () => {
  const errors = { kind: 'stable', tolerance: 1 } as const;
  const sure = (state: WatchStatistics): number | null =>
    surenessOf(state.againstStable['error-rate'], comparisonPlan(plan, 'error-rate', againstStableOf(plan) ?? errors));

  it('is not known after few looks, which do not show whether errors come in bursts', () => {
    expect(sure(watched(7, totals(25, 2), totals(25, 0)))).toBeNull();
    expect(sure(watched(8, totals(25, 2), totals(25, 0)))).toBeGreaterThan(0.99);
    expect(sure(watched(3, totals(25, 0), totals(25, 2)))).toBe(0);
  });

  it('is not known where all errors may have come in one burst', () => {
    const quiet = watched(20, totals(25, 0), totals(25, 0));
    const state = lookAt(quiet, { candidate: totals(25, 12), stable: totals(25, 0) }, 105_000, plan);
    const after = watched(10, totals(25, 0), totals(25, 0), plan, state);
    expect(sure(after)).toBeNull();
  });
});

describe('what is said of a candidate that passes', () => {
  it('is not that it is no worse where it may be so by chance', () => {
    const reasonOf = (state: WatchStatistics): string | undefined => findingsOf(state, plan)[0]?.reason;
    const more = lookAt(
      watched(20, totals(25, 0), totals(25, 0)),
      { candidate: totals(25, 3), stable: totals(25, 2) },
      105_000,
      plan,
    );
    expect(reasonOf(more)).toMatch(
      /^error rate 0\.571 % of 525 requests is not surely worse than stable's 0\.381 % of 525/,
    );
    const same = watched(20, totals(25, 1), totals(25, 1));
    expect(reasonOf(same)).toMatch(/^error rate 4 % of 500 requests is not worse than stable's 4 % of 500/);
  });

  it('is that latency was not compared, and why, where stable has shown too little of it', () => {
    const against = { ...plan, compareWith: 'baseline' } as const;
    const begin = statisticsAfter([totals(40, 0), totals(40, 0), totals(40, 0)]);
    const found = findingsOf(watched(10, totals(25, 0), null, against, begin), against);
    expect(found.find(({ metric }) => metric === 'p95')).toMatchObject({
      verdict: 'insufficient-data',
      reason:
        "stable's latency is known of 40 requests, fewer than the 50 that tell what is slow, in the first third of its baseline",
    });
  });
});

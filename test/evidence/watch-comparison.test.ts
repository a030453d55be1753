import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/evidence/baseline.ts';
import { comparisonOf } from '../../src/evidence/comparison.ts';
import { evidenceOf } from '../../src/evidence/watch.ts';
import type { Reading } from '../../src/evidence/source.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { counters, serving, WatchRig } from './watch-rig.ts';

/** Readings of a slot of which so many of each 50 probes fail, or are slow. */
const probed = (looks: number, failing: number, slow = 0): Reading[] =>
  serving(looks, 50, (look) => ({ probes: counters(look * 50, look * failing, look * slow) }));

const latency = (fast: number, all: number) => ({ '0.004': fast, '0.005': all, Infinity: all });
/** Readings of a slot that answers so many of its probes a little sooner. */
const alike = (share: number): Reading[] =>
  serving(60, 50, (look) => ({
    probes: { requests: look * 50, errors: 0, latency: latency(look * 50 * share, look * 50) },
  }));
const good = { requests: 50, errors: 0, latency: { '0.1': 50, '5': 50, Infinity: 50 } };

describe('a soak', () => {
  const soak = { step: 'soak' } as const;

  it('compares the answers to the same probes, whatever the users of stable do', async () => {
    const users = serving(40, 500, (look) => ({ errors: look * 50, probes: counters(look * 50, 0) }));
    const rig = new WatchRig(probed(40, 1), { ...soak, stable: users, thresholds: { errorRate: null } });
    const { state, looks } = await rig.run(40);
    expect(looks).toBeLessThan(40);
    const { verdict, reason, comparison } = evidenceOf(rig.watch, state);
    expect([verdict, reason]).toEqual([
      'fail',
      expect.stringMatching(
        /^error rate 2 % of \d+ requests is worse than 1.5 times stable's 0 % of \d+, by the same probes/,
      ),
    ]);
    expect(comparison).toMatchObject({
      with: 'probes',
      why: null,
      tolerance: 1.5,
      metrics: [{ verdict: 'fail' }, {}, {}],
    });
    expect(comparison?.metrics[0]?.confidence).toBeGreaterThan(0.99);
  });

  it('is undecided where probes to both slots fail alike, be it by a database or by the worker itself', async () => {
    const rig = new WatchRig(probed(40, 10), { ...soak, stable: probed(40, 10), settings: { metrics: 'none' } });
    const { state, looks } = await rig.run(40);
    expect(looks).toBe(40);
    const { verdict, reason } = evidenceOf(rig.watch, state);
    expect(verdict).toBe('insufficient-data');
    expect(reason).toContain("so is stable's at the same time, of 390 in 1950 requests");
  });

  it('fails the candidate also where stable has failed few of few probes', async () => {
    const few = serving(40, 50, (look) => ({ probes: counters(Math.min(look, 1), Math.min(look, 1)) }));
    const rig = new WatchRig(probed(40, 10), { ...soak, stable: few, settings: { metrics: 'none' } });
    const { state } = await rig.run(40);
    expect(evidenceOf(rig.watch, state).verdict).toBe('fail');
  });

  it('compares nothing in a deployment that an older worker has begun, and says so', () => {
    const full = parsed(spec);
    const { comparison: _, ...older } = full.soak;
    const old = { ...full, soak: older } as typeof full;
    const compared = comparisonOf({ step: 'soak', spec: old, hasStable: true, baseline: null });
    const why = 'the deployment was begun by an older worker, which compared nothing';
    expect(compared).toMatchObject({ with: 'nothing', why, plans: { probes: { compareWith: 'nothing' } } });
  });

  it('passes a candidate that fails no more of them than stable', async () => {
    const rig = new WatchRig(probed(60, 0), { ...soak, stable: probed(60, 0) });
    const evidence = evidenceOf(rig.watch, (await rig.run(60)).state);
    expect(evidence).toMatchObject({ verdict: 'pass', comparison: { with: 'probes' } });
    expect(evidence.reason).toContain("is not worse than 1.5 times stable's 0 % of 2950, by the same probes to both");
  });

  it('does not fail one that is slower by nothing that matters', async () => {
    const rig = new WatchRig(alike(0.02), { ...soak, stable: alike(0.98) });
    const evidence = evidenceOf(rig.watch, (await rig.run(60)).state);
    expect(evidence.verdict).toBe('pass');
    expect(evidence.findings.map(({ reason }) => reason).join()).toContain(
      "P99 4.99 ms is not so much above stable's 4.5 ms that it matters",
    );
  });

  it('judges the probes also where the pods have no metrics', async () => {
    const rig = new WatchRig(probed(40, 5), { ...soak, stable: probed(40, 0), settings: { metrics: 'none' } });
    const { state, looks } = await rig.run(40);
    expect(looks).toBeLessThan(10);
    expect(evidenceOf(rig.watch, state).reason).toMatch(/^error rate 10 % of .* by the probes/);
  });

  it('needs some probes in the first deployment of an app whose pods have no metrics', async () => {
    const few = serving(10, 0, (look) => ({ probes: counters(look, look) }));
    const rig = new WatchRig(few, { ...soak, settings: { metrics: 'none' } });
    expect(evidenceOf(rig.watch, (await rig.run(10)).state)).toMatchObject({
      verdict: 'insufficient-data',
      reason: '9 probes, fewer than the 20 that are needed',
    });
  });

  it('compares with nothing where stable has no ready pod, so that a candidate may mend it', async () => {
    const gone = serving(30, 0, () => ({ ready: 0, probes: counters(0) }));
    const rig = new WatchRig(probed(30, 0), { ...soak, stable: gone });
    expect(evidenceOf(rig.watch, (await rig.run(30)).state)).toMatchObject({
      verdict: 'pass',
      comparison: { with: 'nothing', why: 'no pod of stable is ready' },
    });
  });

  it('is insufficient data where stable got no probes though its pods are ready', async () => {
    const silent = serving(30, 0, () => ({ probes: counters(0) }));
    const rig = new WatchRig(probed(30, 0), { ...soak, stable: silent });
    const evidence = evidenceOf(rig.watch, (await rig.run(30)).state);
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.reason).toBe('0 requests of stable could be compared, fewer than the 20 that are needed');
  });

  it("compares the pods' own counts where somebody else sends the traffic", async () => {
    const settings = { soak: { traffic: { requestsPerSecond: 0 } } };
    const worse = serving(40, 50, (look) => ({ errors: look }));
    const options = { ...soak, settings, stable: serving(40, 50), thresholds: { errorRate: null } };
    const rig = new WatchRig(worse, options);
    const evidence = evidenceOf(rig.watch, (await rig.run(40)).state);
    expect(evidence).toMatchObject({ verdict: 'fail', comparison: { with: 'traffic' } });
  });
});

/** Readings of a candidate of which all answers are slow at first, or for good. */
const cold = (until: number): Reading[] => serving(60, 50, (look) => ({ slow: Math.min(look, until) * 50 }));

function limitsSettleMs(duration: string): number {
  const watched = parsed({ ...spec, monitor: { duration } });
  return comparisonOf({ step: 'monitor', spec: watched, hasStable: false, baseline: null }).limitsSettleMs;
}

describe('a monitor', () => {
  const baseline: Baseline = { format: 2, recordedMs: 60_000, looks: Array.from({ length: 60 }, () => good) };

  it('says of whose requests there were too few to compare', async () => {
    const rig = new WatchRig(serving(10, 1), { baseline, stable: serving(10, 0) });
    const { findings } = evidenceOf(rig.watch, (await rig.run(10)).state);
    expect(findings.filter(({ against }) => against === 'stable').map(({ reason }) => reason)).toEqual([
      "9 requests of the candidate could be compared with stable's before the cutover, fewer than the 20 that are needed",
    ]);
  });

  it("compares users' requests with stable's baseline, and says so", async () => {
    const worse = serving(60, 50, (look) => ({ errors: look > 20 ? look - 20 : 0 }));
    const rig = new WatchRig(worse, { baseline, stable: serving(60, 0), thresholds: { errorRate: 0.5 } });
    const { state, looks } = await rig.run(60);
    expect(looks).toBeLessThan(50);
    expect(evidenceOf(rig.watch, state)).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/is worse than 1.5 times stable's 0 % of 3000 before the cutover$/),
      comparison: {
        with: 'baseline',
        metrics: [{ metric: 'error-rate', stable: { requests: 3_000, events: 0 } }, {}, {}],
      },
    });
  });

  it('passes a healthy candidate however many times the requests of a short baseline it gets', async () => {
    const short = { ...baseline, looks: [{ ...good, requests: 50, errors: 0 }] };
    const rig = new WatchRig(serving(40, 1_000), { baseline: short, stable: serving(40, 0) });
    const evidence = evidenceOf(rig.watch, (await rig.run(40)).state);
    expect(evidence).toMatchObject({ verdict: 'pass', candidate: { requests: 39_000 } });
    expect(evidence.comparison?.metrics[0]?.candidate.requests).toBe(5_000);
  });

  it('forgives a candidate that is slow while connections and caches are new', async () => {
    const rig = new WatchRig(cold(10), { settles: true });
    const { state, looks } = await rig.run(60);
    expect(looks).toBe(60);
    // The figures are without them, too.
    const { verdict, candidate } = evidenceOf(rig.watch, state);
    expect([verdict, candidate.requests]).toEqual(['pass', 59 * 50]);
    expect(candidate.p99Ms).toBeLessThan(100);
  });

  it('fails one that is slow for good soon after that, and one that fails at once', async () => {
    expect((await new WatchRig(cold(60), { settles: true }).run(60)).looks).toBeLessThanOrEqual(18);
    const failing = serving(60, 50, (look) => ({ errors: look * 25 }));
    expect((await new WatchRig(failing, { settles: true }).run(60)).looks).toBeLessThan(5);
  });

  it('forgives nothing of that in a soak', async () => {
    expect((await new WatchRig(cold(10), { step: 'soak', settles: true }).run(60)).looks).toBeLessThan(5);
  });

  it('is insufficient data where there were requests only while connections and caches were new', async () => {
    const rig = new WatchRig(
      serving(60, 0, (look) => ({ requests: Math.min(look, 5) * 50 })),
      { settles: true },
    );
    expect(evidenceOf(rig.watch, (await rig.run(60)).state)).toMatchObject({
      verdict: 'insufficient-data',
      reason: expect.stringContaining('p95 is unknown: there were requests only while connections and caches were new'),
    });
  });

  it('forgives for a tenth of its duration, and for no more than 15 s', () => {
    expect(limitsSettleMs('1m')).toBe(6_000);
    expect(limitsSettleMs('5m')).toBe(15_000);
    expect(limitsSettleMs('1h')).toBe(15_000);
  });

  it('rests on the limits alone where all that stable had may have been probes of Kubernetes', () => {
    const unused = { ...baseline, looks: [{ requests: 300, errors: 0, latency: {}, explained: 290 }] };
    const options = { step: 'monitor', spec: parsed(spec), hasStable: true } as const;
    expect(comparisonOf({ ...options, baseline: unused })).toMatchObject({
      with: 'nothing',
      why: 'the baseline has 10 requests of users in its 1m, on the pods of stable that got no probes: fewer than 20',
    });
    const used = { ...unused, looks: [{ requests: 310, errors: 0, latency: {}, explained: 290 }] };
    expect(comparisonOf({ ...options, baseline: used }).with).toBe('baseline');
  });

  it('rests on the limits alone where stable had hardly any requests, and says so', async () => {
    const idle: Baseline = { format: 2, recordedMs: 60_000, looks: [{ requests: 1, errors: 0, latency: {} }] };
    const rig = new WatchRig(serving(30, 50), { baseline: idle, stable: serving(30, 0) });
    expect(evidenceOf(rig.watch, (await rig.run(30)).state)).toMatchObject({
      verdict: 'pass',
      comparison: {
        with: 'nothing',
        why: 'the baseline has 1 request of users in its 1m, on the pods of stable that got no probes: fewer than 20',
      },
    });
  });
});

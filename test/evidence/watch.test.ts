import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromResume, toResume } from '../../src/evidence/resume.ts';
import { unmeasured, type Reading, type Source } from '../../src/evidence/source.ts';
import { beginWatch } from '../../src/evidence/watch-state.ts';
import { evidenceOf, hasFailed, isUnsettled, lookAgain } from '../../src/evidence/watch.ts';
import { counters, seen, serving, signal, WatchRig } from './watch-rig.ts';

describe('a watch', () => {
  it('passes a candidate that serves well, and tells what it did', async () => {
    const rig = new WatchRig(serving(6, 50));
    const { state, looks } = await rig.run(6);
    expect(looks).toBe(6);
    expect(evidenceOf(rig.watch, state)).toMatchObject({
      verdict: 'pass',
      candidate: { requests: 250, errors: 0, errorRate: 0, readyPods: 2, desiredPods: 2, restarts: 0 },
      samples: 6,
      unmeasured: [],
      comparison: { with: 'nothing', why: 'there is no stable slot yet' },
    });
  });

  it('fails before its end where the limit is exceeded for certain', async () => {
    const rig = new WatchRig(serving(30, 50, (look) => ({ errors: look * 2 })));
    const { state, looks } = await rig.run(30);
    expect(looks).toBeLessThan(20);
    const { verdict, reason, findings } = evidenceOf(rig.watch, state);
    expect([verdict, reason]).toEqual(['fail', expect.stringMatching(/^error rate 4 % of \d+ requests is above 1 %$/)]);
    expect(findings[0]).toMatchObject({ metric: 'error-rate', over: 'watch' });
  });

  it('is undecided at its end where the limit was exceeded, but perhaps by chance', async () => {
    const rig = new WatchRig(serving(9, 10, (look) => ({ errors: look > 4 ? 1 : 0 })));
    const { state, looks } = await rig.run(9);
    expect([looks, hasFailed(state)]).toEqual([9, false]);
    expect(evidenceOf(rig.watch, state)).toMatchObject({
      verdict: 'insufficient-data',
      reason: 'error rate 1.25 % of 80 requests is above 1 %, which may be by chance',
    });
  });

  it('fails at its end where the limit was exceeded, and hardly by chance', async () => {
    const rig = new WatchRig(serving(9, 40, (look) => ({ errors: [0, 0, 2, 2, 4, 4, 6, 6, 7][look] ?? 0 })));
    const { state, looks } = await rig.run(9);
    expect([looks, hasFailed(state)]).toEqual([9, false]);
    expect(evidenceOf(rig.watch, state)).toMatchObject({
      verdict: 'fail',
      reason: 'error rate 2.19 % of 320 requests is above 1 %',
    });
  });

  it('fails by latency although the watch as a whole was well', async () => {
    const rig = new WatchRig(serving(200, 50, (look) => ({ slow: Math.max(0, look - 190) * 40 })));
    const { state, looks } = await rig.run(200);
    expect(looks).toBe(194);
    expect(evidenceOf(rig.watch, state)).toMatchObject({
      reason: expect.stringContaining('slower than 0.5 s in 3 looks'),
    });
  });

  it('does not wait for its end when one request in twenty fails', async () => {
    const rig = new WatchRig(serving(9, 60, (look) => ({ errors: look * 3 })));
    const { state, looks } = await rig.run(9);
    expect(looks).toBe(4);
    const { findings } = evidenceOf(rig.watch, state);
    expect(findings).toContainEqual(expect.objectContaining({ metric: 'error-rate', over: 'window', verdict: 'fail' }));
  });

  it('does not fail early by too few requests', async () => {
    const rig = new WatchRig(serving(9, 2, (look) => ({ errors: look })));
    const { state, looks } = await rig.run(9);
    expect([looks, hasFailed(state)]).toEqual([9, false]);
    expect(evidenceOf(rig.watch, state).verdict).toBe('insufficient-data');
  });

  it('fails at once by a restart, and by pods that are not ready at two looks', async () => {
    expect((await new WatchRig(serving(9, 50, (look) => ({ restarts: look > 1 ? 1 : 0 }))).run(9)).looks).toBe(3);
    expect((await new WatchRig(serving(9, 50, (look) => ({ ready: look > 1 ? 1 : 2 }))).run(9)).looks).toBe(4);
    expect((await new WatchRig(serving(9, 50, (look) => ({ ready: look % 2 === 1 ? 1 : 2 }))).run(9)).looks).toBe(9);
  });

  it('does not count restarts from before it began', async () => {
    expect((await new WatchRig(serving(5, 50, () => ({ restarts: 7 }))).run(5)).looks).toBe(5);
  });

  it('gives pods that are added time to become ready', async () => {
    expect((await new WatchRig(serving(9, 50, (look) => ({ desired: look > 1 ? 4 : 2 }))).run(9)).looks).toBe(9);
  });

  it('waits for pods that are being replaced, and does not pass meanwhile', async () => {
    const rig = new WatchRig(serving(9, 50, (look) => (look > 1 && look < 8 ? { ready: 1, failing: 0 } : {})));
    const { state: during, looks } = await rig.run(7);
    expect([looks, isUnsettled(rig.watch, during)]).toEqual([7, true]);
    expect(evidenceOf(rig.watch, during)).toMatchObject({
      verdict: 'insufficient-data',
      reason: '1 of 2 pods are ready, and 1 is being replaced',
    });
    const after = await rig.look(await rig.look(during));
    expect(evidenceOf(rig.watch, after).verdict).toBe('pass');
    expect(isUnsettled(rig.watch, after)).toBe(false);
  });

  it('fails at once where a pod that is being replaced leaves none, or was evicted for what it used', async () => {
    const none = serving(9, 50, (look) => (look > 1 ? { ready: 0, failing: 0 } : {}));
    expect((await new WatchRig(none).run(9)).looks).toBe(4);
    const evicted = serving(9, 50, (look) => (look > 1 ? { ready: 1, failing: 0, evicted: 1 } : {}));
    expect((await new WatchRig(evicted).run(9)).looks).toBe(4);
    // What is left of one of long ago tells nothing of this one.
    const long = serving(9, 50, (look) => ({ evicted: 1, ...(look > 1 ? { ready: 1, failing: 0 } : {}) }));
    expect((await new WatchRig(long).run(9)).looks).toBe(9);
  });

  it('fails where pods are not replaced in the time that a candidate has', async () => {
    const timeouts = { deploy: '3s' };
    const rig = new WatchRig(
      serving(9, 50, (look) => (look > 1 ? { ready: 1, failing: 0 } : {})),
      { settings: { timeouts } },
    );
    const { state, looks } = await rig.run(9);
    expect(looks).toBe(7);
    expect(evidenceOf(rig.watch, state).reason).toContain('timeouts.deploy (3s) is over, and 1 is not replaced yet');
  });

  it('is unsettled while something is amiss that one look does not decide', async () => {
    const rig = new WatchRig([
      seen({}),
      seen({ ready: 1 }),
      seen({ unread: ['b'] }),
      unmeasured('no'),
      seen({ requests: 9 }),
    ]);
    let state = await rig.look();
    const unsettled = [isUnsettled(rig.watch, state)];
    for (let look = 1; look < 5; look += 1) unsettled.push(isUnsettled(rig.watch, (state = await rig.look(state))));
    // The first of them alone has counted nothing yet.
    expect(unsettled).toEqual([true, true, true, true, false]);
  });

  it('shows both slots over time in few points', async () => {
    const rig = new WatchRig(serving(290, 50), { stable: serving(290, 40) });
    const { series = [] } = evidenceOf(rig.watch, (await rig.run(290)).state);
    expect(series.length).toBeGreaterThan(30);
    expect(series.length).toBeLessThanOrEqual(60);
    expect(series.reduce((sum, { candidate }) => sum + (candidate.requests ?? 0), 0)).toBe(289 * 50);
    expect(series.reduce((sum, { stable }) => sum + (stable?.requests ?? 0), 0)).toBe(289 * 40);
  });
});

describe('a watch that cannot measure', () => {
  it('never says pass, and says why', async () => {
    const rig = new WatchRig([unmeasured('the pods refuse')]);
    const { state } = await rig.run(3);
    const evidence = evidenceOf(rig.watch, state);
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.unmeasured).toEqual([{ source: 'scripted of green', reason: 'the pods refuse', count: 3 }]);
  });

  it('is not content with what it saw before', async () => {
    const rig = new WatchRig([...serving(5, 50), unmeasured('the API server is gone')]);
    expect(evidenceOf(rig.watch, (await rig.run(6)).state).verdict).toBe('insufficient-data');
    const partial = new WatchRig([...serving(5, 50), seen({ requests: 250, unread: ['b'] })]);
    const evidence = evidenceOf(partial.watch, (await partial.run(6)).state);
    expect(evidence.reason).toContain('the metrics of 1 pod could not be read');
  });

  it('keeps at most ten reasons', async () => {
    const rig = new WatchRig(Array.from({ length: 30 }, (_, index) => unmeasured(`reason ${index}`)));
    expect(evidenceOf(rig.watch, (await rig.run(30)).state).unmeasured).toHaveLength(10);
  });

  it('counts nothing from before it began, though at its first look the API server was away and only probes were counted', async () => {
    const probes: Reading = { kind: 'sample', sample: { counters: { 'probe traffic 1': counters(0) } } };
    const rig = new WatchRig([probes, seen({ requests: 5_000, errors: 400 }), seen({ requests: 5_050, errors: 400 })]);
    const { state } = await rig.run(3);
    expect(evidenceOf(rig.watch, state)).toMatchObject({ verdict: 'pass', candidate: { requests: 50, errors: 0 } });
  });

  it('survives a source that throws', async () => {
    const rig = new WatchRig([]);
    const throwing: Source = { name: 'broken', sample: () => Promise.reject(new Error('a mistake of the source')) };
    const watch = { ...rig.watch, sources: [throwing] };
    const state = await lookAgain(watch, beginWatch(watch), signal);
    expect(state.unmeasured).toEqual([{ source: 'broken of green', reason: 'a mistake of the source', count: 1 }]);
  });
});

const probing = (run: string, requests: number): Reading => ({
  kind: 'sample',
  sample: { probes: { [run]: counters(requests) } },
});

describe('another worker', () => {
  const pod = fc.record({ requests: fc.nat(40), errors: fc.nat(3), restart: fc.boolean(), ready: fc.nat(2) });

  it('goes on with the same totals, whatever happened before and while nobody looked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pod, { minLength: 2, maxLength: 12 }), fc.nat(11), async (steps, crashAt) => {
        let total = { requests: 0, errors: 0 };
        const readings = steps.map(({ requests, errors, restart, ready }) => {
          const from = restart ? { requests: 0, errors: 0 } : total;
          total = { requests: from.requests + requests, errors: from.errors + Math.min(errors, requests) };
          return seen({ ...total, ready });
        });
        const [one, other] = [new WatchRig(readings), new WatchRig(readings)];
        let straight = await one.look();
        let resumed = await other.look();
        for (let index = 1; index < steps.length; index += 1) {
          straight = await one.look(straight);
          const left = JSON.parse(JSON.stringify(toResume(resumed))) as unknown;
          resumed = await other.look(index === crashAt ? (fromResume(left) ?? undefined) : resumed);
        }
        expect(resumed).toEqual(straight);
      }),
    );
  });

  it('counts what happened while nobody looked', async () => {
    const before = new WatchRig([seen({ requests: 100 }), seen({ requests: 110 })]);
    const left = JSON.parse(JSON.stringify(toResume(await before.look(await before.look())))) as unknown;
    const after = new WatchRig([seen({ requests: 500, errors: 3 })]);
    const state = await after.look(fromResume(left) ?? undefined);
    expect(evidenceOf(after.watch, state)).toMatchObject({ samples: 3, candidate: { requests: 400, errors: 3 } });
  });

  it('keeps of the probes of earlier attempts no more than their sums', async () => {
    const readings = [probing('1', 0), probing('1', 30), seen({}), probing('2', 20), probing('3', 10)];
    const { state } = await new WatchRig(readings).run(5);
    expect(state.candidate.probes).toMatchObject({ totals: { requests: 60 } });
    expect(Object.keys(state.candidate.probes?.last ?? {})).toEqual(['3']);
  });

  it('begins anew with what it cannot understand', () => {
    const begun = beginWatch(new WatchRig([], { stable: [] }).watch);
    for (const left of [
      undefined,
      null,
      'x',
      {},
      { format: 1, state: begun },
      { format: 2, state: begun },
      { format: 3, state: {} },
    ]) {
      expect(fromResume(left)).toBeNull();
    }
    expect(fromResume(toResume(begun))).toEqual(begun);
  });

  it('is left the baseline of a histogram of many buckets, and a new one where it is too large', () => {
    const { watch } = new WatchRig([], { stable: [] });
    const withLooks = (looks: number, buckets: number) => {
      const latency = Object.fromEntries(Array.from({ length: buckets }, (_, index) => [String(index), 1_000_000]));
      const look = { until: 5_000, totals: { requests: 1, errors: 0, latency } };
      const baseline = { counters: null, since: 0, looks: Array.from({ length: looks }, () => look) };
      return fromResume(toResume({ ...beginWatch(watch), baseline }))?.baseline;
    };
    expect(withLooks(60, 250)?.looks).toHaveLength(60);
    expect(withLooks(60, 1_000)).toEqual({ counters: null, since: 0, looks: [] });
  });

  it('is left little by slots with thousands of pods', async () => {
    const uids = Array.from(
      { length: 5_000 },
      (_, index) => `0f3c2a68-1f0f-4f7e-9f65-${String(index).padStart(12, '0')}`,
    );
    const reading = (each: number): Reading => ({
      kind: 'sample',
      sample: {
        counters: Object.fromEntries(uids.map((uid) => [uid, counters(each)])),
        unread: [],
        pods: { ready: 5_000, desired: 5_000, uids, restarts: {} },
      },
    });
    const rig = new WatchRig([reading(10), reading(11), reading(13), reading(14)]);
    const state = await rig.look(await rig.look());
    const left = JSON.stringify(toResume(state));
    expect(left.length).toBeLessThan(300_000);
    // The pods' own counts are left behind, so what happened meanwhile is not known; what comes after is.
    const resumed = await rig.look(fromResume(JSON.parse(left)) ?? undefined);
    expect(evidenceOf(rig.watch, resumed).candidate.requests).toBe(5_000);
    expect(evidenceOf(rig.watch, await rig.look(resumed)).candidate.requests).toBe(10_000);
  });
});

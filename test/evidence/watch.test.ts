import { describe, expect, it } from 'vitest';
import type { PodCounters } from '../../src/evidence/counters.ts';
import { unmeasured, type Reading, type Source } from '../../src/evidence/source.ts';
import { beginWatch, evidenceOf, hasFailed, lookAgain, type Watch, type WatchState } from '../../src/evidence/watch.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const signal = new AbortController().signal;
const latency = (count: number): Record<string, number> => ({ '0.1': count, Infinity: count });
const counters = (requests: number, errors = 0): PodCounters => ({ requests, errors, latency: latency(requests) });
const podsOf = (ready: number) => ({ ready, desired: 2, restarts: { a: 0, b: 0 } });

/** A source that gives these readings of the candidate one after the other, and then the last one for ever. */
function scripted(...readings: Reading[]): Source {
  let next = 0;
  return {
    name: 'scripted',
    sample: async () => readings[Math.min(next++, readings.length - 1)] ?? unmeasured('nothing'),
  };
}

const sample = (requests: number, errors = 0, ready = 2): Reading => ({
  kind: 'sample',
  sample: { counters: { a: counters(requests, errors) }, pods: podsOf(ready) },
});

function watchOf(source: Source): Watch {
  const full = parsed(spec);
  return {
    candidate: { spec: full, slot: 'green' },
    stable: null,
    sources: [source],
    limits: { thresholds: full.monitor.thresholds, minimumRequests: 20, metrics: full.metrics },
    windowMs: 30_000,
  };
}

async function looks(
  watch: Watch,
  times: number,
  between = (state: WatchState): WatchState => state,
): Promise<WatchState> {
  let state = beginWatch(Date.now(), false);
  for (let look = 0; look < times; look += 1) state = between(await lookAgain(watch, state, signal));
  return state;
}

describe('a watch', () => {
  it('passes a candidate that serves well', async () => {
    const watch = watchOf(scripted(sample(0), sample(50), sample(100)));
    const state = await looks(watch, 3);
    expect(hasFailed(state)).toBe(false);
    expect(evidenceOf(watch, state, Date.now())).toMatchObject({
      verdict: 'pass',
      candidate: { requests: 100, errors: 0 },
    });
  });

  it('fails as soon as a violation holds for two looks, and says which', async () => {
    const watch = watchOf(scripted(sample(0), sample(100, 30), sample(200, 60)));
    expect(hasFailed(await looks(watch, 2))).toBe(false);
    const again = watchOf(scripted(sample(0), sample(100, 30), sample(200, 60)));
    const state = await looks(again, 3);
    expect(hasFailed(state)).toBe(true);
    expect(evidenceOf(again, state, Date.now())).toMatchObject({ verdict: 'fail' });
    expect(evidenceOf(again, state, Date.now()).reason).toContain('error rate 30 %');
  });

  it('forgives a single bad look', async () => {
    const watch = watchOf(scripted(sample(0), sample(50, 0, 1), sample(100), sample(150, 0, 1), sample(200)));
    expect(hasFailed(await looks(watch, 5))).toBe(false);
  });

  it('never says pass when it could not measure', async () => {
    const watch = watchOf(scripted(unmeasured('the pods refuse')));
    const evidence = evidenceOf(watch, await looks(watch, 3), Date.now());
    expect(evidence.verdict).not.toBe('pass');
    expect(evidence.unmeasured).toEqual([{ source: 'scripted', reason: 'the pods refuse', count: 3 }]);
  });

  it('goes on in another worker with the same totals', async () => {
    const readings = [sample(0), sample(40, 1), sample(90, 1), sample(140, 2)];
    const throughJson = (state: WatchState): WatchState => JSON.parse(JSON.stringify(state)) as WatchState;
    const straight = watchOf(scripted(...readings));
    const resumed = watchOf(scripted(...readings));
    const one = evidenceOf(straight, await looks(straight, 4), 0);
    const other = evidenceOf(resumed, await looks(resumed, 4, throughJson), 0);
    expect(other.candidate).toEqual(one.candidate);
    expect(other.verdict).toBe(one.verdict);
  });
});

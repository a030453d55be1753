import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginCounting, count, type CounterState, type PodCounters } from '../../src/evidence/counters.ts';

const counters = (requests: number, errors = 0): PodCounters => ({
  requests,
  errors,
  latency: { '1': requests, Infinity: requests },
});

describe('counting over the pods of a slot', () => {
  it('counts only what happens after the watch began', () => {
    const state = count(beginCounting({ a: counters(100, 10) }), { a: counters(130, 12) });
    expect(state.totals).toMatchObject({ requests: 30, errors: 2, latency: { '1': 30 } });
  });

  it('counts a restarted pod from 0, and a new pod from its beginning', () => {
    const state = count(beginCounting({ a: counters(100) }), { a: counters(7), b: counters(5) });
    expect(state.totals.requests).toBe(12);
  });

  it('does not lose what a pod counted while it could not be asked', () => {
    let state = count(beginCounting({ a: counters(10), b: counters(10) }), { a: counters(20) });
    state = count(state, { a: counters(20), b: counters(40) });
    expect(state.totals.requests).toBe(40);
  });

  it('counts exactly what was served, whatever restarts there are', () => {
    const step = fc.record({ served: fc.nat(50), restart: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), (looks) => {
        const pods = new Map<string, number>();
        let state = beginCounting({});
        let served = 0;
        for (const look of looks) {
          for (const [index, { served: more, restart }] of look.entries()) {
            const before = restart ? 0 : (pods.get(String(index)) ?? 0);
            // A reset is only to be seen where the counter is lower afterwards.
            const lost = restart && more >= (pods.get(String(index)) ?? 0) ? (pods.get(String(index)) ?? 0) : 0;
            pods.set(String(index), before + more);
            served += more - lost;
          }
          state = count(state, Object.fromEntries([...pods].map(([uid, total]) => [uid, counters(total)])));
        }
        expect(state.totals.requests).toBe(served);
      }),
    );
  });

  it('goes on from JSON as if nothing had happened', () => {
    const looks = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(1_000)), { maxLength: 10 });
    fc.assert(
      fc.property(looks, fc.nat(10), (each, crashAt) => {
        let straight = beginCounting({});
        let resumed = beginCounting({});
        for (const [index, look] of each.entries()) {
          const pods = Object.fromEntries(Object.entries(look).map(([uid, total]) => [uid, counters(total)]));
          straight = count(straight, pods);
          if (index === crashAt) resumed = JSON.parse(JSON.stringify(resumed)) as CounterState;
          resumed = count(resumed, pods);
        }
        expect(resumed).toEqual(straight);
      }),
    );
  });
});

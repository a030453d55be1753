import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginCounting, count, type CounterState, type PodCounters } from '../../src/evidence/counters.ts';

const counters = (requests: number, errors = 0): PodCounters => ({
  requests,
  errors,
  latency: { '1': requests, Infinity: requests },
});

/** Those of which so many are no user's. */
const withBackground = (all: PodCounters, requests: number, errors: number): PodCounters => ({
  ...all,
  background: { requests, errors },
});
/** Those of which so many may be no user's. */
const explainedOf = (requests: number, explained: number): PodCounters => ({ ...counters(requests), explained });

describe('counting over the pods of a slot', () => {
  it('counts only what happens after the watch began', () => {
    const state = count(beginCounting({ a: counters(100, 10) }), { a: counters(130, 12) });
    expect(state.totals).toMatchObject({ requests: 30, errors: 2, latency: { '1': 30 } });
  });

  it('leaves out what no user has asked, with its errors', () => {
    const before = beginCounting({ a: withBackground(counters(100, 10), 50, 5), b: counters(8) });
    let state = count(before, { a: withBackground(counters(160, 15), 80, 9), b: withBackground(counters(10), 2, 0) });
    expect(state.totals).toMatchObject({ requests: 30, errors: 1 });
    // A restarted pod, whose probes went on.
    state = count(state, { a: withBackground(counters(9, 2), 6, 1), b: withBackground(counters(12), 4, 0) });
    expect(state.totals).toMatchObject({ requests: 33, errors: 2 });
  });

  it('tells how many may be no user’s, where they cannot be told', () => {
    const state = count(beginCounting({ a: explainedOf(100, 90) }), {
      a: explainedOf(130, 110),
      fresh: explainedOf(5, 4),
    });
    expect(state.totals).toMatchObject({ requests: 35, explained: 24 });
    // Since the pod is ready again.
    expect(count(state, { a: explainedOf(140, 3), fresh: explainedOf(5, 4) }).totals).toMatchObject({
      requests: 45,
      explained: 24,
    });
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

  it('tells a pod that is new from one that only could not be read at first', () => {
    const state = count(beginCounting({}, ['old']), { old: counters(1_000), fresh: counters(5) }, ['old', 'fresh']);
    expect(state.totals.requests).toBe(5);
    expect(count(state, { old: counters(1_003), fresh: counters(5) }).totals.requests).toBe(8);
  });

  it('does not take a histogram that is missing from one look for a restart', () => {
    let state = count(beginCounting({ a: counters(1_000, 10) }), { a: { ...counters(1_010, 10), latency: {} } });
    expect(state.totals).toMatchObject({ requests: 10, errors: 0 });
    state = count(state, { a: counters(1_030, 11) });
    expect(state.totals).toEqual({ requests: 30, errors: 1, latency: { '1': 30, Infinity: 30 } });
  });

  it('forgets the pods that are gone, and keeps what they counted', () => {
    const before = count(beginCounting({ a: counters(10), b: counters(0) }), { a: counters(15), b: counters(2) });
    const state = count(before, { b: counters(3) }, ['b']);
    expect(Object.keys(state.last)).toEqual(['b']);
    expect(state.totals.requests).toBe(8);
  });

  it('counts a restart that overtook the old counter, where the pod tells when its process began', () => {
    const began = beginCounting({ a: { ...counters(100), startedAt: 1_000 } });
    expect(count(began, { a: { ...counters(150), startedAt: 2_000 } }).totals.requests).toBe(150);
    expect(count(began, { a: { ...counters(150), startedAt: 1_000.9 } }).totals.requests).toBe(50);
  });

  it('does not take a series that was given up for a restart, where the process is the same', () => {
    const began = beginCounting({ a: { ...counters(100), startedAt: 1_000 } });
    expect(count(began, { a: { ...counters(60), startedAt: 1_000 } }).totals.requests).toBe(0);
  });

  const life = fc.record({ served: fc.nat(50), restart: fc.boolean(), isRead: fc.boolean() });
  const lives = fc.array(fc.array(life, { minLength: 1, maxLength: 4 }), { maxLength: 20 });

  it('counts exactly what each process had served when it was last read, whatever restarts there are', () => {
    fc.assert(
      fc.property(lives, (looks) => {
        const processes = new Map<string, { startedAt: number; requests: number }>();
        const lastRead = new Map<string, number>();
        let state = beginCounting({});
        for (const [at, look] of looks.entries()) {
          const read: Record<string, PodCounters> = {};
          for (const [index, { served, restart, isRead }] of look.entries()) {
            const uid = String(index);
            const known = restart ? undefined : processes.get(uid);
            const process = { startedAt: known?.startedAt ?? 100 * at, requests: (known?.requests ?? 0) + served };
            processes.set(uid, process);
            if (!isRead) continue;
            read[uid] = { ...counters(process.requests), startedAt: process.startedAt };
            lastRead.set(`${uid} ${process.startedAt}`, process.requests);
          }
          state = count(state, read);
        }
        expect(state.totals.requests).toBe([...lastRead.values()].reduce((sum, requests) => sum + requests, 0));
      }),
    );
  });

  it('never counts less than before, nor more errors than requests, whatever the pods say', () => {
    const pod = fc.record({
      requests: fc.nat(100),
      errors: fc.nat(100),
      startedAt: fc.option(fc.nat(9), { nil: undefined }),
    });
    const looks = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), pod), { maxLength: 20 });
    fc.assert(
      fc.property(looks, (each) => {
        let state = beginCounting({});
        for (const look of each) {
          const pods = Object.fromEntries(
            Object.entries(look).map(([uid, { requests, errors, startedAt }]) => [
              uid,
              { ...counters(requests, Math.min(errors, requests)), ...(startedAt === undefined ? {} : { startedAt }) },
            ]),
          );
          const next = count(state, pods);
          expect(next.totals.requests).toBeGreaterThanOrEqual(state.totals.requests);
          expect(next.totals.errors).toBeGreaterThanOrEqual(state.totals.errors);
          expect(next.totals.errors).toBeLessThanOrEqual(next.totals.requests);
          state = next;
        }
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

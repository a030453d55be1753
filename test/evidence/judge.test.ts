import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measured } from '../../src/evidence/arm.ts';
import { judge, reasonOf, verdictOf, type Limits } from '../../src/evidence/judge.ts';

const good: Measured = {
  requests: 1_000,
  errors: 1,
  errorRate: 0.001,
  p95Ms: 40,
  p99Ms: 90,
  restarts: 0,
  readyPods: 10,
  desiredPods: 10,
  countersGap: null,
  explained: 0,
  statusGap: null,
  looksUnready: 0,
  replacingForMs: null,
  latencyGap: 'the pods expose no such histogram of latency',
  atLeast: [],
};
const metrics = { path: '/metrics', requests: 'r', latency: 'l', errors: { label: 'status', pattern: '5..' } };
const limits: Limits = {
  thresholds: { errorRate: 0.01, p95: '500ms', p99: '1s', restarts: 0 },
  minimumRequests: 20,
  metrics,
  replacement: { setting: 'timeouts.deploy', value: '5m', ms: 300_000 },
};

function judged(changes: Partial<Measured>, under: Limits = limits): { verdict: string; reason: string } {
  const findings = judge({ ...good, ...changes }, under);
  return { verdict: verdictOf(findings), reason: reasonOf(findings, under) };
}

describe('the verdict', () => {
  it('is pass when everything was measured and is within its threshold', () => {
    expect(judged({})).toEqual({
      verdict: 'pass',
      reason:
        '10 of 10 pods are ready; 0 restarts of containers; error rate 0.1 % of 1000 requests is within 1 %; p95 40 ms is within 500ms; p99 90 ms is within 1s',
    });
  });

  it.each([
    [{ errors: 32, errorRate: 0.032 }, 'error rate 3.2 % of 1000 requests is above 1 %'],
    [{ p95Ms: 700 }, 'p95 700 ms is above 500ms'],
    [{ p99Ms: 1_300 }, 'p99 1300 ms is above 1s'],
    [
      { p99Ms: 2_500, atLeast: ['p99' as const] },
      'p99 is above 2500 ms, the highest bucket of the histogram, and so above 1s',
    ],
    [{ restarts: 2 }, '2 restarts of containers, more than 0'],
    [{ readyPods: 9, looksUnready: 2 }, '9 of 10 pods are ready'],
    [
      { readyPods: 9, replacingForMs: 300_001 },
      '9 of 10 pods are ready: timeouts.deploy (5m) is over, and 1 is not replaced yet',
    ],
  ])('is fail with %j, and says why', (changes, reason) => {
    expect(judged(changes)).toEqual({ verdict: 'fail', reason });
  });

  it.each([
    [{ requests: null, errors: null, errorRate: null, p95Ms: null, p99Ms: null }, 'no requests were counted'],
    [{ requests: 19, errorRate: 0.5 }, '19 requests, fewer than the 20 that are needed'],
    [
      { requests: 1_000, explained: 981 },
      "1000 requests, of which about 981 are Kubernetes' own probes and looks at the metrics: fewer than the 20 beside them that are needed",
    ],
    [{ p95Ms: null }, 'p95 is unknown: the pods expose no such histogram of latency'],
    [{ p99Ms: 800, atLeast: ['p99' as const] }, 'p99 is above 800 ms, the highest bucket of the histogram'],
    [{ statusGap: 'the status is unknown' }, 'the status is unknown'],
    [{ readyPods: 9, replacingForMs: 0 }, '9 of 10 pods are ready, and 1 is being replaced'],
    [{ readyPods: 7, replacingForMs: 300_000 }, '7 of 10 pods are ready, and 3 are being replaced'],
  ])('is insufficient data with %j, and says why', (changes, reason) => {
    expect(judged(changes)).toEqual({ verdict: 'insufficient-data', reason });
  });

  it('is fail when what was measured is too much, although the rest was not measured', () => {
    const countersGap = 'the metrics of 3 pods could not be read';
    expect(judged({ errorRate: 0.2, countersGap }).verdict).toBe('fail');
    expect(judged({ countersGap }).reason).toContain(
      'the metrics of 3 pods could not be read; error rate 0.1 % of 1000 requests',
    );
    expect(judged({ countersGap }).verdict).toBe('insufficient-data');
  });

  it('forgives one look with a pod that is not ready', () => {
    expect(judged({ readyPods: 9, looksUnready: 1 }).verdict).toBe('pass');
  });

  it('is pass with as many requests as are needed beside those that may be no user’s', () => {
    expect(judged({ requests: 1_000, explained: 980 }).verdict).toBe('pass');
  });

  it('leaves out what has no threshold', () => {
    const thresholds = { errorRate: null, p95: null, p99: null, restarts: null };
    expect(judged({ requests: 0, restarts: 9 }, { ...limits, thresholds })).toEqual({
      verdict: 'pass',
      reason: '10 of 10 pods are ready',
    });
  });

  it('asks nothing of metrics where the spec says that there are none, and says so', () => {
    const unmeasured = { requests: null, errors: null, errorRate: null, p95Ms: null, p99Ms: null, countersGap: 'none' };
    expect(judged(unmeasured, { ...limits, metrics: 'none' })).toEqual({
      verdict: 'pass',
      reason:
        "10 of 10 pods are ready; 0 restarts of containers; the pods' requests were not judged, since metrics is none",
    });
  });

  it('is never pass without the data that it needs (invariant 6)', () => {
    const lack = fc.constantFrom<Partial<Measured>>(
      { requests: null },
      { requests: 0, errorRate: null, p95Ms: null, p99Ms: null },
      { requests: 19 },
      { errorRate: null },
      { p95Ms: null },
      { p99Ms: null },
      { countersGap: 'unread' },
      { statusGap: 'unread' },
    );
    const measured = fc.record({
      requests: fc.nat(2_000),
      errorRate: fc.double({ min: 0, max: 1, noNaN: true }),
      p95Ms: fc.double({ min: 0, max: 5_000, noNaN: true }),
      p99Ms: fc.double({ min: 0, max: 5_000, noNaN: true }),
      restarts: fc.nat(2),
      looksUnready: fc.nat(3),
    });
    fc.assert(
      fc.property(measured, lack, (changes, missing) => {
        expect(judged({ ...changes, ...missing }).verdict).not.toBe('pass');
      }),
    );
    expect(verdictOf([])).toBe('insufficient-data');
  });
});

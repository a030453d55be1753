import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlotMeasurement } from '../../src/domain/evidence.ts';
import { judge, reasonOf, verdictOf, type Limits } from '../../src/evidence/judge.ts';

const good: SlotMeasurement = {
  requests: 1_000,
  errors: 1,
  errorRate: 0.001,
  p95Ms: 40,
  p99Ms: 90,
  restarts: 0,
  readyPods: 10,
  desiredPods: 10,
};
const metrics = { path: '/metrics', requests: 'r', latency: 'l', errors: { label: 'status', pattern: '5..' } };
const limits: Limits = {
  thresholds: { errorRate: 0.01, p95: '500ms', p99: '1s', restarts: 0 },
  minimumRequests: 20,
  metrics,
};
const verdict = (changes: Partial<SlotMeasurement>): string =>
  verdictOf(judge({ ...good, ...changes }, limits, 'watch'));

describe('the verdict', () => {
  it('is pass when everything was measured and is within its threshold', () => {
    expect(verdict({})).toBe('pass');
  });

  it.each([
    [{ errors: 32, errorRate: 0.032 }, 'error rate 3.2 % (32 of 1000 requests) is above 1 %'],
    [{ p95Ms: 700 }, 'p95 700 ms is above 500ms'],
    [{ p99Ms: 1_300 }, 'p99 1300 ms is above 1s'],
    [{ restarts: 2 }, '2 restarts are more than 0'],
    [{ readyPods: 9 }, '9 of 10 pods are ready'],
  ])('is fail with %j, and says why', (changes, reason) => {
    expect(verdict(changes)).toBe('fail');
    expect(reasonOf(judge({ ...good, ...changes }, limits, 'watch'))).toBe(reason);
  });

  it.each([
    [{ requests: null, errors: null, errorRate: null, p95Ms: null, p99Ms: null }],
    [{ requests: 19, errorRate: 0 }],
    [{ p95Ms: null }],
  ])('is insufficient data with %j', (changes) => {
    expect(verdict(changes)).toBe('insufficient-data');
  });

  it('asks nothing of metrics where the spec says that there are none', () => {
    const unmeasured = { ...good, requests: null, errors: null, errorRate: null, p95Ms: null, p99Ms: null };
    expect(verdictOf(judge(unmeasured, { ...limits, metrics: 'none' }, 'watch'))).toBe('pass');
  });

  it('is never pass where a metric that has a threshold could not be measured', () => {
    const missing = fc.constantFrom('requests', 'p95Ms', 'p99Ms', 'errorRate');
    fc.assert(
      fc.property(fc.uniqueArray(missing, { minLength: 1 }), fc.nat(2_000), (fields, requests) => {
        const nothing = Object.fromEntries(fields.map((field) => [field, null]));
        expect(verdict({ requests, ...nothing })).not.toBe('pass');
      }),
    );
  });
});

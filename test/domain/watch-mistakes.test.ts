import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { describeMistakes, parseSpec } from '../../src/domain/spec-mistakes.ts';

function told(changes: Partial<SpecInput>): string {
  const parsed = parseSpec({ app: 'api', service: 'a', candidate: { image: 'a:1' }, ...changes });
  return parsed.ok ? '' : describeMistakes(parsed.mistakes);
}

describe('a soak that sends fewer requests than it needs', () => {
  it('is a mistake that names the numbers', () => {
    const traffic = { requestsPerSecond: 2 };
    expect(told({ soak: { duration: '5s', extension: '0s', traffic } })).toBe(
      'soak.minimumRequests: is 20, but soak.traffic.requestsPerSecond (2) sends 10 in soak.duration (5s), so that the soak could never pass: lower minimumRequests, or raise the others',
    );
    expect(told({ soak: { duration: '5s', extension: '4s', traffic } })).toContain(
      'sends 18 in soak.duration (5s) and soak.extension (4s), so',
    );
  });

  it.each<[string, Partial<SpecInput>]>([
    ['just enough are sent', { soak: { duration: '4s' } }],
    ['the extension brings them', { soak: { duration: '1s', extension: '3s' } }],
    ['others send them', { soak: { duration: '1s', traffic: { requestsPerSecond: 0 } } }],
    ['there is none to be sent', { soak: { duration: '1s', traffic: { requests: [] } } }],
    ['the deployment goes on without', { soak: { duration: '1s', onInsufficientData: 'continue' } }],
    ['there is no soak', { soak: { duration: '0s' } }],
    ['nothing is judged by requests', { metrics: 'none', soak: { duration: '1s', comparison: 'none' } }],
  ])('is none where %s', (_, changes) => {
    expect(told(changes)).toBe('');
  });
});

describe('a limit of p95 above that of p99', () => {
  it.each(['soak', 'monitor'] as const)('is a mistake in a %s', (step) => {
    expect(told({ [step]: { thresholds: { p95: '2s', p99: '1s' } } })).toBe(
      `${step}.thresholds: p95 (2s) is above p99 (1s), so that p95 limits nothing: lower p95, or raise p99`,
    );
  });

  it.each<Partial<SpecInput>>([
    { soak: { thresholds: { p95: '1s', p99: '1000ms' } } },
    { soak: { thresholds: { p95: '2s', p99: null } } },
    { soak: { thresholds: { p99: '300ms' } } },
    { soak: { duration: '0s', thresholds: { p95: '2s', p99: '1s' } } },
  ])('is none in %j', (changes) => {
    expect(told(changes)).toBe('');
  });
});

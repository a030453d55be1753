import { describe, expect, it } from 'vitest';
import type { MetricName, WatchEvidence } from '../../src/domain/evidence.ts';
import { describeInsufficient, foreseeInsufficient } from '../../src/domain/insufficient-data.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';

const parsed = parseSpec({ app: 'api', service: 'a', candidate: { image: 'a:1' } });
if (!parsed.ok) throw new Error('the spec is right');
const { spec } = parsed;

function said(...metrics: MetricName[]): string {
  const findings = metrics.map(
    (metric) => ({ metric, verdict: 'insufficient-data', over: 'watch', reason: '' }) as const,
  );
  const passed = { metric: 'restarts', verdict: 'pass', over: 'watch', reason: '' } as const;
  const evidence = { reason: 'why', findings: [passed, ...findings] } as unknown as WatchEvidence;
  return describeInsufficient('soak', evidence, spec);
}

const beginning =
  'soak.duration (5m, with an extension of 1m) is over and the soak has insufficient data: why. It ends so since soak.onInsufficientData is rollback: ';

describe('the advice to a watch with insufficient data', () => {
  it.each<[MetricName, string]>([
    [
      'requests',
      'see that the metrics can be read and requests come, then deploy again, or raise soak.duration, lower soak.minimumRequests, or say soak.onInsufficientData: continue',
    ],
    [
      'p95',
      'see that the metrics can be read and requests come, then deploy again, or raise soak.duration, lower soak.minimumRequests, or say soak.onInsufficientData: continue',
    ],
    ['logs', 'see that the logs of both slots can be read, or write logs: none, then deploy again'],
    ['check', 'see what the checks give now by `cutover validate --connect`, and mend them, then deploy again'],
    ['readiness', "see that the API server tells the pods' status, then deploy again"],
  ])('of %s is about what there was too little of', (metric, advice) => {
    expect(said(metric)).toBe(`${beginning}${advice}`);
  });

  it('names each once, and is about requests where nothing was measured', () => {
    expect(said('p95', 'p99', 'logs')).toBe(
      `${beginning}see that the metrics can be read and requests come; see that the logs of both slots can be read, or write logs: none, then deploy again, or raise soak.duration, lower soak.minimumRequests, or say soak.onInsufficientData: continue`,
    );
    expect(said()).toContain('requests come');
  });
});

describe('what is foreseen of a monitor before the cutover', () => {
  const few = 'at that rate the monitor gets fewer than monitor.minimumRequests (20), and ';

  it.each([
    ['too few', 1, 30_000, `${few}production is switched back`],
    ['just enough with the extension', 2, 36_000, null],
    ['too little time to tell', 0, 29_000, null],
  ])('is by the rate so far, where that is %s', (_what, requests, forMs, words) => {
    expect(foreseeInsufficient({ requests, forMs }, spec)).toBe(words);
  });

  it('is what the spec says of insufficient data', () => {
    const monitor = { ...spec.monitor, onInsufficientData: 'continue' } as const;
    expect(foreseeInsufficient({ requests: 0, forMs: 60_000 }, { monitor })).toBe(
      `${few}the deployment goes on unjudged`,
    );
  });
});

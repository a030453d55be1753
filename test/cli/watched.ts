/** Deployments whose watches have their series and their comparison, as a worker of today records them. */
import type { MetricComparison } from '../../src/domain/comparison-evidence.ts';
import type { SeriesPoint, SlotPoint, WatchEvidence } from '../../src/domain/evidence.ts';
import { DeploymentRecord } from '../../src/domain/record.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import { measurement, slot, switchRecord, watch } from './render/sample.ts';

const second = 1_000;
const minute = 60 * second;
const began = Date.parse('2026-11-23T14:00:00Z');

/** A moment, so long after the deployment began. */
export function at(ms: number): string {
  return new Date(began + ms).toISOString();
}

/** Points every 5 s from one moment to another. */
export function series(
  fromMs: number,
  toMs: number,
  pointAt: (progress: number, index: number) => { candidate: SlotPoint; stable: SlotPoint | null },
): SeriesPoint[] {
  const count = Math.round((toMs - fromMs) / (5 * second));
  return Array.from({ length: count }, (_, index) => ({
    at: at(fromMs + (index + 1) * 5 * second),
    ...pointAt(index / Math.max(1, count - 1), index),
  }));
}

/** A repeatable wobble between -1 and 1. */
export function wobble(index: number): number {
  return Math.sin(index * 1.7) * 0.6 + Math.sin(index * 4.1) * 0.4;
}

export function comparison(changes: Partial<MetricComparison> = {}): MetricComparison {
  return {
    metric: 'error-rate',
    verdict: 'pass',
    candidate: { requests: 1_500, events: 2 },
    stable: { requests: 1_500, events: 3 },
    slowerThanMs: null,
    confidence: 0.34,
    ...changes,
  };
}

const soakFrom = 31 * second;
const soakTo = soakFrom + 5 * minute;
const cutoverAt = soakTo + 12 * minute + 4 * second;
const monitorFrom = cutoverAt + second;

/** A soak of five minutes at 5 requests a second to each slot, in which the candidate does as well as stable. */
export function quietSoak(): WatchEvidence {
  return watch({
    reason: 'error rate 0.13 % of 1500 requests is within 1 %; p95 38 ms is within 500ms',
    candidate: measurement({ requests: 1_500, errors: 2, errorRate: 2 / 1_500, p95Ms: 38.2, p99Ms: 71.4 }),
    stable: measurement({ requests: 1_500, errors: 3, errorRate: 3 / 1_500, p95Ms: 41.9, p99Ms: 76.1 }),
    findings: [
      { metric: 'error-rate', verdict: 'pass', over: 'watch', reason: 'error rate 0.13 % is within 1 %' },
      { metric: 'p95', verdict: 'pass', over: 'watch', reason: 'p95 38 ms is within 500ms' },
      { metric: 'p99', verdict: 'pass', over: 'watch', reason: 'p99 71 ms is within 1s' },
    ],
    comparison: {
      with: 'probes',
      why: null,
      tolerance: 1.5,
      metrics: [
        comparison(),
        comparison({
          metric: 'p95',
          candidate: { requests: 1_500, events: 71 },
          stable: { requests: 1_500, events: 76 },
          slowerThanMs: 41.9,
          confidence: 0.02,
        }),
        comparison({
          metric: 'p99',
          candidate: { requests: 1_500, events: 14 },
          stable: { requests: 1_500, events: 15 },
          slowerThanMs: 76.1,
          confidence: 0.12,
        }),
      ],
    },
    series: series(soakFrom, soakTo, (_, index) => ({
      candidate: { requests: 25, errors: index === 17 || index === 41 ? 1 : 0, p95Ms: 38 + 5 * wobble(index) },
      stable: { requests: 25, errors: index % 20 === 9 ? 1 : 0, p95Ms: 42 + 4 * wobble(index + 3) },
    })),
  });
}

/** A monitor in which errors set in after 25 s, at some 80 requests a second. */
export function failingMonitor(): WatchEvidence {
  const reason =
    'error rate 6.2 % of 2400 requests in the last 30s is above 1 %, and 31 times what stable had before the cutover';
  return watch({
    verdict: 'fail',
    reason,
    candidate: measurement({ requests: 3_986, errors: 149, errorRate: 149 / 3_986, p95Ms: 212, p99Ms: 930 }),
    stable: measurement({ requests: 41, errors: 0, errorRate: 0, p95Ms: 40.1, p99Ms: 70 }),
    samples: 10,
    watchedMs: 50 * second,
    findings: [
      { metric: 'error-rate', verdict: 'fail', over: 'window', reason },
      {
        metric: 'p95',
        verdict: 'fail',
        over: 'watch',
        against: 'stable',
        reason: '611 of 3986 are slower than 41.9 ms',
      },
      { metric: 'p95', verdict: 'pass', over: 'watch', reason: 'p95 212 ms is within 500ms' },
      { metric: 'p99', verdict: 'insufficient-data', over: 'watch', reason: 'p99 is above 1 s' },
    ],
    unmeasured: [{ source: 'metrics of green', reason: 'api-green-7d9f-x2k: no answer within 2s', count: 3 }],
    comparison: {
      with: 'baseline',
      why: null,
      tolerance: 1.5,
      metrics: [
        comparison({
          verdict: 'fail',
          candidate: { requests: 3_986, events: 149 },
          stable: { requests: 24_102, events: 48 },
          confidence: 0.999_999,
        }),
        comparison({
          metric: 'p95',
          verdict: 'fail',
          candidate: { requests: 3_986, events: 611 },
          stable: { requests: 24_102, events: 1_204 },
          slowerThanMs: 41.9,
          confidence: 0.999_1,
        }),
      ],
    },
    series: series(monitorFrom, monitorFrom + 50 * second, (progress, index) => ({
      candidate: {
        requests: Math.round(400 + 20 * wobble(index)),
        errors: progress < 0.5 ? 0 : Math.round(60 * (progress - 0.4)),
        p95Ms: progress < 0.5 ? 45 + 4 * wobble(index) : 180 + 60 * progress,
      },
      stable:
        index < 3 ? { requests: 20 - 7 * index, errors: 0, p95Ms: 40 } : { requests: null, errors: null, p95Ms: null },
    })),
  });
}

/** A candidate that passed its soak, was approved after twelve minutes, failed under users, and was rolled back. */
export function rolledBack(): DeploymentState {
  const clock = new Clock();
  const record = deployed(clock);
  clock.set(monitorFrom);
  record.begin('monitor');
  clock.set(monitorFrom + 50 * second);
  record.evidence({ monitor: failingMonitor() });
  record.end('monitor', 'failed', failingMonitor().reason);
  record.failed({ name: 'MonitorFailed', message: `${failingMonitor().reason}\nproduction was switched back` });
  record.begin('rollback');
  clock.move(300);
  record.switched(
    switchRecord({
      kind: 'rollback',
      from: 'green',
      to: 'blue',
      by: 'automatic',
      reason: 'the monitor failed',
      fence: 3,
      ...switchedAt(monitorFrom + 50 * second + 40),
    }),
  );
  record.end('rollback', 'done', 'api-blue serves again');
  clock.move(4 * second);
  record.conclude('rolled-back');
  return record.state;
}

/** A candidate whose monitor has only begun. */
export function monitoring(): DeploymentState {
  const clock = new Clock();
  const record = deployed(clock);
  clock.set(monitorFrom);
  record.begin('monitor', { next: { what: 'the monitor ends', at: at(monitorFrom + 5 * minute) } });
  return record.state;
}

class Clock {
  #ms = 0;
  readonly now = (): string => at(this.#ms);

  set(ms: number): void {
    this.#ms = ms;
  }

  move(ms: number): void {
    this.#ms += ms;
  }
}

function switchedAt(ms: number): Partial<ReturnType<typeof switchRecord>> {
  return { requestedAt: at(ms), patchedAt: at(ms + 14), verifiedAt: at(ms + 226) };
}

/** Up to and with the cutover. */
function deployed(clock: Clock): DeploymentRecord {
  const start = {
    id: 'default/api',
    runId: '6b0f0a4e-8d6c-4b53-9d3e-0d5ab5a3f0c1',
    requestedBy: 'ci',
    reason: 'build 7',
  };
  const record = new DeploymentRecord(start, clock.now);
  const spec = parseSpec({
    app: 'api',
    service: 'api-service',
    candidate: { image: 'myapp:v2.0' },
    approval: { required: true },
  });
  if (!spec.ok) throw new Error(JSON.stringify(spec.mistakes));
  const pass = (step: 'preflight' | 'deploy' | 'warmUp' | 'smoke', ms: number, detail: string): void => {
    record.begin(step);
    clock.move(ms);
    record.end(step, 'done', detail);
  };
  record.planned({
    spec: spec.spec,
    stable: slot('blue', 'myapp:v1.0'),
    notices: ['the Service has no PodDisruptionBudget'],
  });
  pass('preflight', second, 'api-blue is live; the candidate becomes api-green');
  record.seen({ candidate: slot('green', 'myapp:v2.0') });
  record.traffic('blue', 1);
  pass('deploy', 24 * second, '10 of 10 pods are ready');
  record.evidence({
    warmUp: { pods: 10, requestsSent: 30, requestsFailed: 1, errors: [{ message: '503', count: 1 }] },
  });
  pass('warmUp', 4 * second, '30 requests to 10 pods');
  record.evidence({
    smoke: {
      verdict: 'pass',
      checks: [
        { name: 'health', kind: 'http', passed: true, detail: '200 in 12ms', durationMs: 12 },
        { name: 'critical endpoint', kind: 'http', passed: true, detail: '200 in 31ms', durationMs: 31 },
        {
          name: 'migration',
          kind: 'job',
          passed: true,
          detail: 'the Job succeeded',
          durationMs: 2_100,
          log: 'ok\n3 rows',
        },
      ],
    },
  });
  pass('smoke', 2 * second, '3 of 3 checks passed');
  record.begin('soak');
  clock.set(soakTo);
  record.evidence({ soak: quietSoak() });
  record.end('soak', 'done', quietSoak().reason);
  record.begin('approval', { waitingFor: 'an operator: cutover approve default/api' });
  clock.set(cutoverAt - second);
  record.decided({ kind: 'approve', by: 'ann', reason: 'dashboards are quiet', via: 'update' });
  record.end('approval', 'done', 'approved by ann: dashboards are quiet');
  record.begin('cutover');
  clock.set(cutoverAt + 300);
  record.switched(switchRecord({ ...switchedAt(cutoverAt), toImageDigests: slot('green', '').imageDigests }));
  record.end('cutover', 'done', 'EndpointSlices hold exactly its 10 ready pods');
  return record;
}

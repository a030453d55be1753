import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { createMonitor } from '../../src/activities/monitor.ts';
import { createSoak } from '../../src/activities/soak.ts';
import { readBaseline } from '../../src/evidence/baseline.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import type { RawLook } from '../../src/evidence/raw-series.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const soakOf = (changes: SpecInput['soak'] = {}): Partial<SpecInput> => ({
  soak: {
    duration: '1500ms',
    extension: '0s',
    interval: '300ms',
    traffic: { requestsPerSecond: 40, requests: [{ path: '/api/items' }, { path: '/api/items/7' }] },
    ...changes,
  },
});

const good = { version: 'v1.0', pods: 2 };

describe('a soak', () => {
  it('sends the same to both slots, evenly over their pods, and counts it by their own metrics', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const attempt = new RigAttempt();
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf()), attempt);
    expect(evidence).toMatchObject({ verdict: 'pass', unmeasured: [] });
    expect(evidence.candidate.requests).toBeGreaterThan(40);
    expect(Math.abs((evidence.candidate.requests ?? 0) - (evidence.stable?.requests ?? 0))).toBeLessThanOrEqual(2);
    // Half of stable's pods are spared: what they count is the baseline.
    const of = (slot: string): number[] => rig.pods.filter((pod) => pod.slot === slot).map(({ requests }) => requests);
    expect(Math.max(...of('green')) - Math.min(...of('green'))).toBeLessThanOrEqual(2);
    expect(Math.min(...of('blue'))).toBe(0);
    expect(evidence.comparison).toMatchObject({ with: 'probes', metrics: [{ verdict: 'pass' }, {}, {}] });
    expect(readBaseline(evidence.baseline)?.looks.every(({ requests }) => requests === 0)).toBe(true);
    expect(evidence.watchedMs).toBeGreaterThanOrEqual(1_500);
    expect(attempt.reports.at(-1)?.progress).toMatchObject({ step: 'soak', candidate: { readyPods: 2 } });
    expect(attempt.reports.at(-1)?.progress.watch?.samples).toBeGreaterThan(2);
  });

  it('hands on each look as it was counted, whose sums are what it measured', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const looks: RawLook[] = [];
    const dependencies = { ...rig.dependencies, rawSeries: { append: (look: RawLook) => void looks.push(look) } };
    const evidence = await createSoak(dependencies)(rig.target(soakOf()), new RigAttempt());
    expect(looks.map(({ look }) => look)).toEqual(looks.map((_, index) => index + 1));
    expect(looks).toHaveLength(evidence.samples);
    expect(looks[0]).toMatchObject({
      deployment: 'default/api',
      run: 'run',
      step: 'soak',
      candidate: { slot: 'green', pods: null, readyPods: 2, desiredPods: 2 },
      stable: { slot: 'blue' },
    });
    const sum = looks.reduce((total, { candidate }) => total + (candidate.pods?.requests ?? 0), 0);
    expect(sum).toBe(evidence.candidate.requests);
  });

  it('does not wait for the end where a fifth of the answers are errors', async () => {
    const rig = await SlotsRig.of({ blue: good, green: { version: 'v2.0-errors', pods: 2 } });
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf({ duration: '1m' })), new RigAttempt());
    expect(evidence.verdict).toBe('fail');
    expect(evidence.reason).toMatch(/^error rate [12]\d.* in \d looks in a row, with 5 % or more in each$/);
    expect(evidence.watchedMs).toBeLessThan(10_000);
  });

  it('counts requests that a pod takes and never answers, which are in nobody’s metrics', async () => {
    const rig = await SlotsRig.of({ blue: good, green: { version: 'v2.0', pods: 1 } });
    const metrics = 'http_requests_total{status="200"} 0\nhttp_request_duration_seconds_bucket{le="+Inf"} 0\n';
    const resetting = http.createServer((request, response) => {
      if (request.url === '/metrics') response.end(metrics);
      else request.socket.resetAndDestroy();
    });
    await rig.addPod('green', resetting);
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf({ duration: '1m' })), new RigAttempt());
    expect(evidence.verdict).toBe('fail');
    expect(evidence.reason).toMatch(/^error rate (4|5)\d/);
  });

  it('names the pods that it could not read, and does not pass', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    await rig.addPod(
      'green',
      http.createServer((_request, response) => response.writeHead(404).end()),
    );
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf()), new RigAttempt());
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.reason).toContain('the metrics of 1 pod could not be read');
    expect(evidence.unmeasured[0]).toMatchObject({ source: 'pod metrics of green', reason: '/metrics: answered 404' });
  });

  it('says what to do where the pods do not count its requests', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const traffic = { requestsPerSecond: 40, requests: [{ path: '/healthz' }] };
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf({ traffic })), new RigAttempt());
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.reason).toContain('name others in soak.traffic.requests');
  });

  it('watches longer where it has too little', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const slow = { duration: '600ms', extension: '10s', traffic: { requestsPerSecond: 15 } };
    const attempt = new RigAttempt();
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf(slow)), attempt);
    expect(evidence).toMatchObject({ verdict: 'pass' });
    expect(evidence.watchedMs).toBeGreaterThan(1_000);
    expect(evidence.watchedMs).toBeLessThan(6_000);
    const told = attempt.reports.map(({ progress }) => progress.summary);
    expect(told[0]).toMatch(/^[1-6]\d\dms to go; \S/);
    expect(told.find((one) => one.includes('good so far'))).toMatch(
      /to go(, at most)?; good so far: error rate 0 % of \d+ requests is within 1 %$/,
    );
    expect(told.find((one) => one.includes('extension'))).toMatch(/^\d[\d.]*s of the extension to go, at most; /);
    for (const { progress } of attempt.reports)
      expect(progress.isExtended ?? false).toBe(progress.summary.includes('of the extension to go'));
  });

  it('is gone on with by another worker: the same clock, and everything counted', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const target = rig.target(soakOf({ duration: '3s' }));
    const first = new RigAttempt();
    first.onReport = ({ progress }) => {
      if ((progress.watch?.samples ?? 0) >= 4) first.stop();
    };
    await expect(createSoak(rig.dependencies)(target, first)).rejects.toThrow('stopped');
    const before = rig.pods.reduce((sum, { requests }) => sum + requests, 0);
    const second = new RigAttempt(first);
    const evidence = await createSoak(rig.dependencies)(target, second);
    expect(evidence).toMatchObject({ verdict: 'pass' });
    expect(second.reports[0]).toMatchObject({
      progress: { watch: { samples: 5 } },
      resume: { state: { startedAt: startOf(first) } },
    });
    const sent = rig.pods.reduce((sum, { requests }) => sum + requests, 0);
    const counted = (evidence.candidate.requests ?? 0) + (evidence.stable?.requests ?? 0);
    expect(counted).toBeGreaterThan(before);
    expect(sent - counted).toBeLessThanOrEqual(8);
  });

  it('stops at once when it is to', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const attempt = new RigAttempt();
    // By then it waits for the next look.
    attempt.onReport = () => setImmediate(() => attempt.stop());
    const startedAt = performance.now();
    const target = rig.target(soakOf({ duration: '5m', interval: '1m' }));
    await expect(createSoak(rig.dependencies)(target, attempt)).rejects.toThrow('stopped');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

function startOf({ reports }: RigAttempt): number {
  const { resume } = reports.at(-1) as { resume: { state: { startedAt: number } } };
  return resume.state.startedAt;
}

describe('a monitor', () => {
  const monitor = { duration: '700ms', extension: '0s', interval: '200ms' };

  it('sends nothing itself, and has insufficient data where nobody else does', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    const evidence = await createMonitor(rig.dependencies)(rig.target({ monitor }), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'insufficient-data', candidate: { requests: 0 } });
    expect(rig.pods.map(({ requests }) => requests)).toEqual([0, 0, 0, 0]);
  });

  it('fails by a restart within a look', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    const attempt = new RigAttempt();
    attempt.onReport = () => {
      for (const pod of rig.pods) if (pod.slot === 'green') pod.restarts = 1;
    };
    const target = rig.target({ monitor: { ...monitor, duration: '1m' } });
    const evidence = await createMonitor(rig.dependencies)(target, attempt);
    expect(evidence).toMatchObject({ verdict: 'fail', samples: 2, candidate: { restarts: 2 } });
  });

  it('judges restarts and readiness alone where there are no metrics, and says so', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    const evidence = await createMonitor(rig.dependencies)(rig.target({ monitor, metrics: 'none' }), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'pass', candidate: { requests: null } });
    expect(evidence.reason).toContain('requests were not judged, since metrics is none');
  });

  it('ends at once where production was moved by hand, and says by whom and to what', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    const attempt = new RigAttempt();
    attempt.onReport = () => {
      rig.live = 'blue';
    };
    const target = rig.target({ monitor: { ...monitor, duration: '1m' } });
    await expect(createMonitor(rig.dependencies)(target, attempt)).rejects.toMatchObject({
      failure: 'SelectorChanged',
      message:
        'during the monitor somebody has changed the selector of the Service "api-service", which should select api-green, to app=api, version=blue',
      edit: { slot: 'blue', selector: 'app=api, version=blue', by: 'kubectl-patch', at: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('takes the rollback of its own deployment for no hand of somebody else’s', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    const attempt = new RigAttempt();
    attempt.onReport = ({ progress }) => {
      rig.live = 'blue';
      rig.annotations = { 'cutover.dev/released': 'run' };
      if (progress.watch?.samples === 2) attempt.stop();
    };
    const target = rig.target({ monitor: { ...monitor, duration: '1m' } });
    await expect(createMonitor(rig.dependencies)(target, attempt)).rejects.toThrow('stopped');
  });
});

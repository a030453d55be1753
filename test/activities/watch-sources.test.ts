/** What a watch finds out beside the requests: from the pods and the API server to the evidence. */
import * as http from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMonitor } from '../../src/activities/monitor.ts';
import { createSoak } from '../../src/activities/soak.ts';
import { prepareWatch } from '../../src/activities/watch-slots.ts';
import { sourcesOf } from '../../src/activities/watch-sources.ts';
import type { WatchEvidence } from '../../src/domain/evidence.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const good = { version: 'v1.0', pods: 2 };
const short = { duration: '1500ms', interval: '300ms', minimumRequests: 1, extension: '0s' };
const items = { requestsPerSecond: 20, requests: [{ path: '/api/items' }] };

function soak(rig: SlotsRig, changes: SpecInput['soak'] = {}, attempt = new RigAttempt()): Promise<WatchEvidence> {
  const target = rig.target({ soak: { ...short, traffic: items, ...changes } });
  return createSoak(rig.dependencies)(target, attempt);
}

const event = (name: string, kind: string, changes: object = {}) => ({
  metadata: { uid: `${name}-event` },
  involvedObject: { kind, name, uid: name },
  reason: 'Unhealthy',
  message: 'Readiness probe failed',
  count: 1,
  lastTimestamp: '2026-11-25T10:00:00Z',
  ...changes,
});

describe('a soak', () => {
  it('fails at once by a container of the candidate that was killed for its memory', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const attempt = new RigAttempt();
    attempt.onReport = () => {
      const [, , pod] = rig.pods;
      if (pod !== undefined) Object.assign(pod, { restarts: 1, outOfMemory: true });
    };
    const evidence = await soak(rig, { duration: '1m' }, attempt);
    expect(evidence.verdict).toBe('fail');
    expect(evidence.findings).toContainEqual(expect.objectContaining({ metric: 'oom-kills', verdict: 'fail' }));
    expect(evidence.reason).toContain(
      'api of api-green-2 was killed since it used more memory than its limit (OOMKilled)',
    );
  });

  it('shows CPU and memory of both slots, and judges them where the spec says so', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.memory = { blue: 50, green: 120 };
    expect(await soak(rig)).toMatchObject({
      verdict: 'pass',
      usage: { candidate: { pods: 2, cpuPerPod: 0.02, memoryPerPod: 120 * 2 ** 20 }, stable: { pods: 2 }, why: null },
    });
    expect(await soak(rig, { thresholds: { memory: 2 } })).toMatchObject({
      verdict: 'fail',
      reason: "memory 120Mi a pod is more than 2 times stable's 50Mi",
    });
  });

  it('passes without a metrics API, which is said once; where the spec limits usage, it has insufficient data', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.memory = null;
    const evidence = await soak(rig);
    const why = 'the cluster has no metrics API (metrics.k8s.io): install metrics-server';
    expect(evidence).toMatchObject({ verdict: 'pass', unmeasured: [], usage: { candidate: null, stable: null, why } });
    expect(await soak(rig, { thresholds: { cpu: 2 } })).toMatchObject({
      verdict: 'insufficient-data',
      reason: `cpu is unknown: ${why}`,
    });
  });

  it('tells what Kubernetes warns of, of its own pods and ReplicaSets alone', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const attempt = new RigAttempt();
    rig.warnings.push(event('api-green-3', 'Pod'));
    attempt.onReport = () => {
      attempt.onReport = () => undefined;
      rig.warnings.push(
        event('api-green-2', 'Pod', { count: 3 }),
        event('api-green-5c9f', 'ReplicaSet', { reason: 'FailedCreate', message: 'exceeded quota, password=hunter2' }),
        event('api-green-db-5c9f', 'ReplicaSet'),
        event('someone', 'Pod'),
      );
    };
    const { warnings } = await soak(rig, { duration: '3500ms' }, attempt);
    expect(warnings).toEqual([
      expect.objectContaining({ slot: 'green', reason: 'Unhealthy', count: 3, objects: 1 }),
      expect.objectContaining({ reason: 'FailedCreate', message: 'exceeded quota, password=[masked]' }),
    ]);
  });

  it('names the traces of probes that failed, as the pods saw them', async () => {
    const rig = await SlotsRig.of({ blue: good });
    const seen: unknown[] = [];
    const failing = http.createServer((request, response) => {
      if (request.url === '/metrics') response.end('http_requests_total{status="500"} 0\n');
      else {
        seen.push(request.headers['traceparent']);
        response.writeHead(503).end();
      }
    });
    await rig.addPod('green', failing);
    const traffic = { requestsPerSecond: 20, requests: [{ path: '/api/items?token=1' }] };
    const { failedProbes = [] } = await soak(rig, { traffic });
    expect(failedProbes).toHaveLength(5);
    for (const probe of failedProbes) {
      expect(probe).toMatchObject({ slot: 'green', request: 'GET /api/items', outcome: 'answered 503' });
      expect(seen).toContainEqual(expect.stringContaining(`00-${probe.traceId}-`));
    }
  });
});

describe('a look', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does not wait long for what only goes with the rest', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const target = rig.target({});
    const watching = { target, everyMs: 5_000, ...(await prepareWatch(rig.dependencies, target)) };
    const { api } = rig.dependencies.cluster;
    const hanging: Pick<typeof api, 'json'> = { json: () => new Promise(() => undefined) };
    const cluster = { ...rig.dependencies.cluster, api: { ...api, ...hanging } };
    vi.useFakeTimers();
    const sources = sourcesOf({ ...rig.dependencies, cluster }, watching);
    const { signal } = new AbortController();
    const readings = sources
      .filter(({ name }) => name !== 'pod metrics' && name !== 'pod status')
      .map((source) => source.sample({ spec: target.spec, slot: 'green' }, signal));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(await Promise.all(readings)).toEqual([
      { kind: 'unmeasured', reason: 'no answer within 3s' },
      { kind: 'unmeasured', reason: 'no answer within 3s' },
    ]);
  });
});

describe('a monitor', () => {
  it('tells where the requests go, and compares usage with that of stable before the cutover', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    rig.memory = { blue: 50, green: 120 };
    const attempt = new RigAttempt();
    const ask = (pod: { readonly ip: string } | undefined, path: string): void => {
      http.get({ host: pod?.ip ?? '', port: rig.port, path, agent: false }, (answer) => answer.resume());
    };
    attempt.onReport = () => {
      // One to stable, on a connection that a user has kept; and the probes of Kubernetes, which the pods do not count.
      const [blue, , green] = rig.pods;
      ask(blue, '/healthz');
      ask(green, '/api/items');
      if (attempt.reports.length === 1) ask(blue, '/api/items');
    };
    const target = rig.target({ monitor: { ...short, thresholds: { memory: 2 } } });
    const stableUsage = { pods: 2, cpuPerPod: 0.02, memoryPerPod: 50 * 2 ** 20, memoryPeak: 50 * 2 ** 20 };
    const evidence = await createMonitor(rig.dependencies)({ ...target, stableUsage }, attempt);
    expect(evidence.distribution).toMatchObject({ stableRequests: 1, tailIsOver: true });
    expect(evidence.distribution?.candidateShare).toBeGreaterThan(0.5);
    expect(evidence.findings).toContainEqual(
      expect.objectContaining({
        metric: 'memory',
        verdict: 'fail',
        reason: "memory 120Mi a pod is more than 2 times stable's 50Mi before the cutover",
      }),
    );
  });
});

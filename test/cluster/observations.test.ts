/** What a deployment finds out beside its requests, on a real API server: traces, usage, memory, traffic. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { losePod, takeMemory } from './faults/slot-troubles.ts';
import { at, unwatched } from './expected.ts';
import { ClusterRig, quickSpec } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Answers every request with an error that holds its trace. */
const broken = `
  const { createServer } = require('node:http');
  createServer((request, response) => {
    response.statusCode = 500;
    response.end(request.headers.traceparent);
  }).listen(8080, process.env.HOST);
`;

function candidate(script: string): SpecInput['candidate'] {
  const container = {
    name: 'api',
    image: 'node:20',
    command: ['node', '-e', script],
    ports: [{ containerPort: 8080 }],
  };
  return {
    manifest: { kind: 'Deployment', apiVersion: 'apps/v1', spec: { template: { spec: { containers: [container] } } } },
  };
}

/** Times of a machine on which much else runs decide nothing here. */
const unjudged = { errorRate: null, p95: null, p99: null };
const soak = { ...quickSpec.soak, duration: '8s', thresholds: unjudged };

describe('a probe through the API server', () => {
  it('reaches the pod with its trace, by which a failed smoke check can be looked up', async () => {
    rig = await ClusterRig.withSeed(1);
    const checks = [{ name: 'items', http: { path: '/api/items' } }];
    const spec = rig.spec({
      candidate: candidate(broken),
      metrics: 'none',
      warmUp: { requests: [] },
      smoke: { checks },
    });
    await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'finished');
    const { evidence } = await rig.state();
    const { detail = '' } = evidence.smoke?.checks[0] ?? {};
    expect(detail).toMatch(/^answered 500 instead of 200: 00-([0-9a-f]{32})-[0-9a-f]{16}-01 \(trace \1\)$/);
  });
});

describe('the evidence', () => {
  it('shows what the pods of both slots use, and the requests that stable still gets on kept connections', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    const monitor = { ...quickSpec.monitor, duration: '15s', thresholds: unjudged };
    const spec = rig.spec({ soak, monitor, rollback: { automatic: false } });
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
    const { evidence } = await rig.when(at('retention'));
    for (const usage of [evidence.soak?.usage?.candidate, evidence.soak?.usage?.stable]) {
      expect(usage?.pods).toBe(2);
      expect(usage?.memoryPerPod).toBeGreaterThan(20 * 2 ** 20);
    }
    expect(evidence.monitor?.usage?.candidate?.cpuPerPod).toBeGreaterThan(0);
    // Half of the load is on connections that it keeps: these stay with stable.
    const distribution = evidence.monitor?.distribution;
    expect(distribution).toMatchObject({ stableLastAt: expect.any(String) as string, tailIsOver: false });
    expect(distribution?.candidateShare).toBeGreaterThan(0.2);
    expect(distribution?.candidateShare).toBeLessThan(0.9);
    const { stdout } = await rig.cutover('status', rig.id);
    expect(stdout).toMatch(/traffic to the candidate: [\d.]+ % of the last requests; stable got/);
    expect(stdout).toMatch(/CPU and memory of a pod: \d+m and [\d.]+Mi; of stable's: \d+m and [\d.]+Mi/);
    await load.stop();
  }, 180_000);

  it('names a container of the candidate that was killed for its memory, and the soak ends', async () => {
    rig = await ClusterRig.withSeed(1);
    const limits = { memory: '150Mi' };
    const patch = {
      spec: { template: { spec: { containers: [{ name: 'api', image: 'myapp:v2.0', resources: { limits } }] } } },
    };
    const spec = rig.spec({
      ...unwatched,
      candidate: { image: 'myapp:v2.0', patch },
      soak: { ...soak, duration: '2m' },
    });
    await rig.cutoverEnds(0, 'deploy', '-f', spec);
    await rig.when(at('soak'));
    await takeMemory(rig, 'green', 300);
    const state = await rig.when(({ outcome }) => outcome === 'rolled-back');
    const findings = state.evidence.soak?.findings ?? [];
    expect(findings.filter(({ verdict }) => verdict === 'fail').map(({ metric }) => metric)).toContain('oom-kills');
    expect(state.failure?.message).toContain('killed since it used more memory than its limit (OOMKilled)');
  }, 180_000);
});

describe('a pod of the candidate that is taken away', () => {
  it('is waited for until it is replaced, and the deployment goes on', async () => {
    rig = await ClusterRig.withSeed(2);
    // Its successor is not ready for several looks.
    const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, initialDelaySeconds: 4, periodSeconds: 1 };
    const patch = {
      spec: { template: { spec: { containers: [{ name: 'api', image: 'myapp:v2.0', readinessProbe }] } } },
    };
    const spec = rig.spec({
      candidate: { image: 'myapp:v2.0', patch },
      soak: { ...quickSpec.soak, duration: '8s', extension: '1m' },
      monitor: { ...quickSpec.monitor, duration: '8s', extension: '1m', thresholds: unjudged },
      timeouts: { deploy: '60s' },
    });
    await rig.cutoverEnds(0, 'deploy', '-f', spec);
    await rig.when(at('soak'));
    await losePod(rig, 'green');
    const soaked = await rig.when(({ phase, outcome }) => phase === 'monitor' || outcome !== 'running');
    expect(soaked.evidence.soak).toMatchObject({ verdict: 'pass', candidate: { readyPods: 2, desiredPods: 2 } });
    await losePod(rig, 'green');
    const { evidence } = await rig.when(({ phase, outcome }) => phase === 'retention' || outcome !== 'running');
    expect(evidence.monitor).toMatchObject({ verdict: 'pass', candidate: { readyPods: 2, desiredPods: 2 } });
  }, 180_000);
});

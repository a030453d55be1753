/** Checks of a soak and a monitor, and requests that a real Prometheus counts. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMonitor } from '../../src/activities/monitor.ts';
import { createSoak } from '../../src/activities/soak.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import {
  prometheusBinary,
  startPrometheus,
  type PrometheusProcess,
} from '../evidence/prometheus/prometheus-process.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const good = { version: 'v1.0', pods: 2 };

function soakOf(
  checks: NonNullable<SpecInput['soak']>['checks'],
  changes: Partial<SpecInput> = {},
): Partial<SpecInput> {
  return {
    metrics: 'none',
    soak: { duration: '1500ms', extension: '0s', interval: '300ms', traffic: { requestsPerSecond: 0 }, checks },
    ...changes,
  };
}

/** A service of somebody else, which answers with `document`. */
async function gate(document: (path: string) => unknown): Promise<{ url: string; asked: http.IncomingMessage[] }> {
  const asked: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request);
    response.end(JSON.stringify(document(request.url ?? '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('a check by HTTP', () => {
  it('passes with what is expected, and its value is in the evidence beside that of stable', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const { url, asked } = await gate((path) => ({ depth: path.includes('green') ? 12 : 10, result: 'pass' }));
    const checks = [
      {
        name: 'queue',
        http: { url: `${url}/{{app}}?slot={{slot}}`, json: 'depth' },
        expect: { atMost: 100, timesStable: 1.5 },
      },
      {
        name: 'gate',
        http: { url, json: 'result', method: 'POST' as const, body: { app: 'api' } },
        expect: { equals: 'pass' },
      },
      { name: 'pod', http: { path: '/healthz' }, expect: { equals: 200 } },
    ];
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf(checks)), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'pass', unmeasured: [] });
    expect(evidence.checks).toMatchObject([
      { name: 'queue', verdict: 'pass', candidate: 12, stable: 10, condition: '≤ 100, ≤ 1.5 × stable' },
      { name: 'gate', verdict: 'pass', candidate: 'pass', stable: null },
      { name: 'pod', verdict: 'pass', candidate: 200, stable: null },
    ]);
    expect(new Set(asked.map((request) => `${request.method ?? ''} ${request.url ?? ''}`))).toEqual(
      new Set(['GET /api?slot=green', 'GET /api?slot=blue', 'POST /']),
    );
  });

  it('ends a monitor at the second look at which it does not hold', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    let looks = 0;
    const { url } = await gate(() => ({ depth: (looks += 1) < 3 ? 10 : 500 }));
    const checks = [{ name: 'queue', http: { url, json: 'depth' }, expect: { atMost: 100 } }];
    const monitor = { duration: '1m', interval: '300ms', checks };
    const evidence = await createMonitor(rig.dependencies)(rig.target({ metrics: 'none', monitor }), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'fail', reason: 'check queue: 500 is above 100' });
    expect(evidence.findings[0]).toMatchObject({ metric: 'check', verdict: 'fail' });
    expect(looks).toBe(4);
  });

  it('that gives nothing is insufficient data, with its reason', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const { url } = await gate(() => ({ other: 1 }));
    const checks = [{ name: 'queue', http: { url, json: 'depth' }, expect: { atMost: 100 } }];
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf(checks)), new RigAttempt());
    expect(evidence).toMatchObject({
      verdict: 'insufficient-data',
      reason: 'check queue: there is no number, text or truth value at depth of its JSON',
    });
    expect(evidence.unmeasured[0]).toMatchObject({ source: 'checks of green' });
  });

  it('goes on in another attempt, with the looks at which it did not hold', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const { url } = await gate(() => ({ depth: 500 }));
    const checks = [{ name: 'queue', http: { url, json: 'depth' }, expect: { atMost: 100 } }];
    const target = rig.target(soakOf(checks));
    const first = new RigAttempt();
    first.onReport = () => first.stop();
    await expect(createSoak(rig.dependencies)(target, first)).rejects.toThrow('stopped');
    const evidence = await createSoak(rig.dependencies)(target, new RigAttempt(first));
    expect(evidence).toMatchObject({ verdict: 'fail', samples: 2 });
  });
});

async function scraped(rig: SlotsRig): Promise<PrometheusProcess> {
  const port = rig.close('nobody');
  const server = await startPrometheus({
    targets: rig.pods.map(({ ip, name }) => ({
      address: `${ip}:${port}`,
      labels: { namespace: 'default', pod: name },
    })),
  });
  closing.push(() => server.stop());
  const count = encodeURIComponent('count(up == 1)');
  await vi.waitFor(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/query?query=${count}`);
      if (!(await answer.text()).includes(`"${rig.pods.length}"]`)) throw new Error('not scraped yet');
    },
    { timeout: 20_000, interval: 100 },
  );
  return server;
}

function settings(server: PrometheusProcess): Partial<SpecInput> {
  return {
    prometheus: { url: `http://127.0.0.1:${server.port}` },
    metrics: { prometheus: { preset: 'http' } },
    soak: {
      duration: '3s',
      interval: '100ms',
      extension: '20s',
      traffic: { requestsPerSecond: 40, requests: [{ path: '/api/items' }] },
      checks: [
        {
          name: 'answers',
          // And 1, as stable may be scraped for the first time some looks after the candidate.
          prometheus: { query: '1 + sum(http_requests_total{pod=~"{{app}}-{{slot}}-.*"})', range: '30s', of: 'last' },
          expect: { atLeast: 1, timesStable: 50 },
        },
      ],
    },
  };
}

describe.skipIf(prometheusBinary === null)('requests that Prometheus counts', () => {
  it('pass a good candidate, looked at more often than it is scraped', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const evidence = await createSoak(rig.dependencies)(rig.target(settings(await scraped(rig))), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'pass', checks: [{ name: 'answers', verdict: 'pass' }] });
    expect(evidence.candidate.requests).toBeGreaterThan(20);
    expect(evidence.candidate.p95Ms).not.toBeNull();
  });

  it('fail a bad one by its pods’ own counters', async () => {
    const rig = await SlotsRig.of({ blue: good, green: { version: 'v2.0-errors', pods: 2 } });
    const spec = settings(await scraped(rig));
    const alone = { ...spec, soak: { ...spec.soak, comparison: 'none' as const, checks: [] } };
    const evidence = await createSoak(rig.dependencies)(rig.target(alone), new RigAttempt());
    expect(evidence.verdict).toBe('fail');
    expect(evidence.candidate.errorRate).toBeGreaterThan(0.05);
  });

  it('are insufficient data where Prometheus is away', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const server = await scraped(rig);
    await server.stop();
    const spec = settings(server);
    const soak = { ...spec.soak, extension: '0s' };
    const evidence = await createSoak(rig.dependencies)(rig.target({ ...spec, soak }), new RigAttempt());
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.reason).toContain('check answers: Prometheus cannot be asked: connection refused');
    expect(evidence.unmeasured).toContainEqual(
      expect.objectContaining({
        source: 'Prometheus of green',
        reason: 'Prometheus cannot be asked: connection refused',
      }),
    );
  });
});

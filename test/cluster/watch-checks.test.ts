/** Evidence from a Prometheus in the cluster, which finds the pods by itself, and from a Job. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { SpecInput } from '../../src/domain/spec.ts';
import { prometheusBinary, scrapingOften } from '../evidence/prometheus/prometheus-process.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
let discovery: Server | null = null;
const directory = mkdtempSync(join(tmpdir(), 'cutover-prometheus-'));
afterEach(async ({ task }) => {
  discovery?.close();
  discovery?.closeAllConnections();
  discovery = null;
  await rig.remove(task.name);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const service = { name: 'prometheus', port: 9_090 };

/** Prometheus as a pod behind a Service; it scrapes the pods of the app, as they come and go. */
async function withPrometheus(replicas: number): Promise<void> {
  rig = await ClusterRig.withSeed(replicas);
  const config = join(directory, `${rig.namespace}.yml`);
  // Debian's has no discovery of Kubernetes in it.
  const found = { http_sd_configs: [{ url: await serveTargets(), refresh_interval: '1s' }] };
  writeFileSync(config, stringify({ ...scrapingOften, scrape_configs: [{ job_name: 'pods', ...found }] }));
  const data = join(directory, rig.namespace);
  const run = `exec ${prometheusBinary ?? ''} --config.file=${config} --storage.tsdb.path=${data} --web.listen-address=$HOST:9090`;
  const container = {
    name: 'prometheus',
    image: 'node:20',
    command: ['sh', '-c', run],
    ports: [{ containerPort: service.port }],
    readinessProbe: { httpGet: { path: '/-/ready', port: service.port }, periodSeconds: 1 },
  };
  const labels = { app: service.name };
  await rig.apply([
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: service.name, labels }, spec: { containers: [container] } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service.name },
      spec: { selector: labels, ports: [{ port: service.port }] },
    },
  ]);
  await rig.kubectl('wait', '--for=condition=Ready', `pod/${service.name}`, '--timeout=60s');
  const ready = `/api/v1/namespaces/${rig.namespace}/services/${service.name}:${service.port}/proxy/-/ready`;
  await expect.poll(() => rig.anyKubectl('get', '--raw', ready), { timeout: 30_000 }).toMatchObject({ code: 0 });
}

/** What there is to scrape, for Prometheus to ask again and again. */
async function serveTargets(): Promise<string> {
  discovery = createServer((_request, response) => {
    void podTargets().then(
      (targets) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(targets)),
      () => response.writeHead(500).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(discovery, 'listening');
  return `http://127.0.0.1:${(discovery.address() as AddressInfo).port}`;
}

async function podTargets(): Promise<unknown[]> {
  const list = JSON.parse(await rig.kubectl('get', 'pods', '-l', 'app=api', '-o', 'json')) as {
    items: { metadata: { name: string }; status: { podIP?: string } }[];
  };
  return list.items.flatMap(({ metadata: { name: pod }, status: { podIP } }) =>
    podIP === undefined ? [] : [{ targets: [`${twin(podIP)}:8080`], labels: { namespace: rig.namespace, pod } }],
  );
}

/** Where the process behind an address of the cluster listens. */
function twin(address: string): string {
  return address.replace(/^10\./, '127.');
}

const sent = 'sum(http_requests_total{namespace="{{namespace}}",pod=~"{{app}}-{{slot}}-.*"})';

function settings(command: readonly string[]): Partial<SpecInput> {
  return {
    prometheus: { service },
    metrics: { prometheus: { preset: 'http' } },
    soak: {
      duration: '8s',
      extension: '30s',
      interval: '500ms',
      minimumRequests: 10,
      thresholds: { p95: '1s', p99: '2s' },
      traffic: { requestsPerSecond: 10, requests: [{ path: '/api/items' }] },
      checks: [
        { name: 'answers', prometheus: { query: sent }, expect: { atLeast: 1, timesStable: 1_000 } },
        { name: 'journey', job: { podSpec: { containers: [{ name: 'it', image: 'node:20', command }] } } },
      ],
    },
    monitor: { duration: '0s' },
  };
}

describe.skipIf(prometheusBinary === null)('a Prometheus in the cluster', () => {
  it('counts the requests of both slots, and checks decide beside them', async () => {
    await withPrometheus(2);
    const spec = rig.spec(settings(['node', '-e', 'setTimeout(() => {}, 1000)']));
    await rig.grant(spec);
    // As soon as it has found the live pods, and they have been asked for something.
    const validated = async () => {
      const { code, stdout, stderr } = await rig.cutover('validate', '--connect', '-f', spec);
      return `${code}: ${stdout}${stderr}`;
    };
    const load = await rig.load(20);
    await expect.poll(validated, { timeout: 60_000, interval: 1_000 }).toMatch(/^0: .* what it refers to is there/);
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
    await load.stop();
    const { evidence } = await rig.state();
    expect(evidence.soak).toMatchObject({
      verdict: 'pass',
      checks: [
        { name: 'answers', verdict: 'pass', stable: expect.any(Number) as number },
        { name: 'journey', verdict: 'pass', candidate: true },
      ],
    });
    expect(evidence.soak?.candidate.requests).toBeGreaterThan(10);
    expect(await rig.kubectl('get', 'jobs', '-o', 'name')).toBe('');
    const { stdout } = await rig.cutover('status', rig.id);
    expect(stdout).toMatch(/✓ +answers +[\d,.]+ +[\d,.]+ +≥ 1, ≤ 1000 × stable/);
  });

  it('leaves the verdict to a Job that fails, which ends the soak at once', async () => {
    await withPrometheus(1);
    const { soak, ...others } = settings(['sh', '-c', 'exit 3']);
    const spec = rig.spec({ ...others, soak: { ...soak, duration: '5m' }, metrics: 'none' });
    await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'finished');
    const { evidence, failure } = await rig.state();
    expect(failure?.message).toMatch(/check journey: the Job api-soak-\S+ failed .*exit code 3/);
    expect(evidence.soak?.watchedMs).toBeLessThan(60_000);
    expect(await rig.kubectl('get', 'jobs', '-o', 'name')).toBe('');
  });

  it('tells what is wrong before a deployment, and starts none', async () => {
    await withPrometheus(1);
    const checks = [{ name: 'typo', prometheus: { query: 'sum(' }, expect: { atMost: 1 } }];
    const spec = rig.spec({ ...settings([]), metrics: { requests: 'http_request_total' }, soak: { checks } });
    await rig.grant(spec);
    const { code, stderr } = await rig.cutover('validate', '--connect', '-f', spec);
    expect(code).toBe(2);
    expect(stderr).toMatch(/yaml:\d+: metrics\.requests: the pod exposes no counter http_request_total: did you mean/);
    expect(stderr).toMatch(
      /yaml:\d+: soak\.checks\[0\]\.prometheus\.query: Prometheus refuses the query "sum\(": .*parse error/,
    );
    const { stdout } = await rig.cutover('list', '--json');
    expect(stdout).not.toContain(rig.namespace);
  });
});

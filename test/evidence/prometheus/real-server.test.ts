/** The client and the counters against a real Prometheus. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginCounting, count } from '../../../src/evidence/counters.ts';
import { prometheusApi, type PrometheusApi } from '../../../src/evidence/prometheus/api.ts';
import { filledQueries, prometheusCounters } from '../../../src/evidence/prometheus/counters.ts';
import { counterQueries, type CounterQueries } from '../../../src/evidence/prometheus/presets.ts';
import type { PrometheusMetrics } from '../../../src/domain/spec.ts';
import { prometheusAt } from '../../../src/evidence/prometheus/server.ts';
import type { Sample, Source } from '../../../src/evidence/source.ts';
import type { Transport } from '../../../src/kubernetes/access/index.ts';
import { makeCertificates, type Certificates } from '../../cluster/certificates.ts';
import { parsed, spec } from '../../workflows/scripted-activities.ts';
import { httpPage, serveMetrics, type MetricsPage } from './metrics-page.ts';
import { prometheusBinary, startPrometheus, type PrometheusProcess } from './prometheus-process.ts';
import { podView } from '../pod-view.ts';

const { signal } = new AbortController();
const patience = { timeout: 20_000, interval: 50 } as const;

const nobody: Transport = {
  request: () => Promise.reject(new Error('no pod is asked')),
  connect: () => Promise.reject(new Error('no pod is asked')),
};

function apiAt(
  url: string,
  { headers = {}, ca }: { headers?: Record<string, string>; ca?: string } = {},
  timeoutMs = 5_000,
) {
  const { prometheus } = parsed({ ...spec, prometheus: { url } });
  if (prometheus === undefined) throw new Error('the spec names a server');
  const way = { server: prometheus, namespace: 'default', access: 'proxy', transport: nobody, headers } as const;
  return prometheusApi(prometheusAt(ca === undefined ? way : { ...way, ca }), timeoutMs);
}

describe.skipIf(prometheusBinary === null)('a real Prometheus', () => {
  const pages: MetricsPage[] = [];
  let server: PrometheusProcess;
  let api: PrometheusApi;

  beforeAll(async () => {
    pages.push(await serveMetrics(httpPage({ ok: 90, failed: 10, fast: 50 })));
    pages.push(await serveMetrics(httpPage({ ok: 100, failed: 0, fast: 100 })));
    server = await startPrometheus({
      targets: pages.map(({ address }, index) => ({
        address,
        labels: { namespace: 'default', pod: `api-green-${index}` },
      })),
    });
    api = apiAt(`http://127.0.0.1:${server.port}`);
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all(pages.map((page) => page.close()));
  });

  it('answers instant and range queries', async () => {
    const series = await vi.waitFor(async () => {
      const found = await api.instant('sum by (pod) (http_requests_total)');
      if (found.kind !== 'vector' || found.series.length < 2) throw new Error('not scraped yet');
      return found.series;
    }, patience);
    expect(series.map(({ labels, points }) => [labels['pod'], points[0]?.value])).toEqual(
      expect.arrayContaining([
        ['api-green-0', 100],
        ['api-green-1', 100],
      ]),
    );
    const end = Date.now() / 1_000;
    const range = await api.range('vector(2)', { start: end - 10, end, step: 5 });
    expect(range).toMatchObject({ kind: 'matrix', series: [{ points: [{ value: 2 }, { value: 2 }, { value: 2 }] }] });
    expect(await api.instant('1 / 0')).toMatchObject({ kind: 'scalar', point: { value: Number.POSITIVE_INFINITY } });
    expect(await api.instant('0 / 0')).toMatchObject({ kind: 'scalar', point: { value: Number.NaN } });
    expect(await api.instant('no_such_metric')).toEqual({ kind: 'vector', series: [] });
  });

  it('refuses with the query and its own words', async () => {
    await expect(api.instant('sum(')).rejects.toThrow(
      /^Prometheus refuses the query "sum\(": .*parse error: unclosed left parenthesis/,
    );
    await expect(api.instant('up * on(job) group_left up')).rejects.toMatchObject({ kind: 'execution' });
    await expect(apiAt(`http://127.0.0.1:${server.port}/elsewhere`).instant('up')).rejects.toThrow(
      'what answers (HTTP 404) is not the API of Prometheus',
    );
    await expect(apiAt(`http://${pages[0]?.address ?? ''}`).instant('up')).rejects.toThrow(
      'what answers (HTTP 200) is not the API of Prometheus',
    );
  });

  it('counts requests by pod between looks, and takes a look between two scrapes for none', async () => {
    const source = countersOf(api, ['api-green-0', 'api-green-1']);
    const first = await complete(source);
    expect(first.counters?.['uid-api-green-0']).toEqual({
      requests: 100,
      errors: 10,
      latency: { '0.1': 50, '0.5': 100, Infinity: 100 },
    });
    const begun = beginCounting(first.counters ?? {}, ['uid-api-green-0', 'uid-api-green-1']);
    const again = await complete(source);
    expect(count(begun, again.counters ?? {}).totals).toEqual({
      requests: 0,
      errors: 0,
      latency: { '0.1': 0, '0.5': 0, Infinity: 0 },
    });

    for (const page of pages) page.text = httpPage({ ok: 110, failed: 15, fast: 100 });
    await vi.waitFor(async () => {
      const { counters = {} } = await complete(source);
      // The first had 10 failures and 90 answers; the second none and 100.
      expect(count(begun, counters).totals).toMatchObject({ requests: 50, errors: 20 });
    }, patience);
  });

  it('counts no requests of which the label of the preset does not tell whether they failed', async () => {
    const source = countersOf(api, ['api-green-0'], { ...presetMetrics(), preset: 'promhttp' });
    expect(await source.sample({ spec: parsed(spec), slot: 'green' }, signal)).toMatchObject({
      sample: { counters: {}, unread: ['uid-api-green-0'] },
      missed: [expect.stringContaining('has its http_requests_total the label code') as string],
    });
  });

  it('counts only the requests of the label that the spec names', async () => {
    const own = { ...presetMetrics(), only: { label: 'status', pattern: '2\\d[0-9]' } };
    const { requests } = filledQueries(counterQueries(own), { spec: parsed(spec), slot: 'green' });
    const [all, some] = await Promise.all([queries('1m').requests, requests].map((query) => api.instant(query)));
    const sum = (found: typeof all): number =>
      found?.kind === 'vector' ? found.series.reduce((total, { points }) => total + (points[0]?.value ?? 0), 0) : 0;
    expect(sum(some)).toBeGreaterThan(0);
    expect(sum(some)).toBeLessThan(sum(all));
  });

  it('knows no requests whose newest sample is older than it may be', async () => {
    await complete(countersOf(api, ['api-green-0', 'api-green-1']));
    // As in two minutes, when nothing was scraped in between.
    const at = Date.now() / 1_000 + 120;
    const [stale, fresh] = [queries('1m'), queries('3m')];
    expect(await api.instant(stale.requests, { at })).toMatchObject({ series: [] });
    expect(await api.instant(stale.latency ?? '', { at })).toMatchObject({ series: [] });
    expect(await api.instant(fresh.requests, { at })).toMatchObject({ series: [{}, {}] });
  });

  it('reads nothing of a pod that is scraped in vain, at once, and of one that nobody knows', async () => {
    const source = countersOf(api, ['api-green-0', 'api-green-1', 'api-green-2']);
    await vi.waitFor(async () => {
      expect(await sampleOf(source)).toMatchObject({ unread: ['uid-api-green-2'] });
    }, patience);
    const [page] = pages;
    if (page === undefined) throw new Error('there is a page');
    const before = page.text;
    page.text = null;
    await vi.waitFor(async () => {
      const reading = await source.sample({ spec: parsed(spec), slot: 'green' }, signal);
      expect(reading).toMatchObject({
        sample: { unread: ['uid-api-green-0', 'uid-api-green-2'] },
        missed: [
          'no requests of 2 ready pods within 1m: is it scraped, and has its http_requests_total the label status, by which failed ones are told?',
        ],
      });
    }, patience);
    page.text = before;
    await vi.waitFor(async () => {
      expect(await sampleOf(source)).toMatchObject({ unread: ['uid-api-green-2'] });
    }, patience);
  });
});

describe.skipIf(prometheusBinary === null)('a Prometheus with TLS and credentials', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cutover-prometheus-tls-'));
  let certificates: Certificates;
  let server: PrometheusProcess;
  beforeAll(async () => {
    certificates = makeCertificates(directory);
    server = await startPrometheus({
      targets: [],
      web: {
        tls_server_config: { cert_file: certificates.server.cert, key_file: certificates.server.key },
        // The password is knock-knock.
        basic_auth_users: { cutover: '$2b$04$abcdefghijklmnopqrstuuXAiGR2chxH2X5doiyvWfunel6AWbf72' },
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const at = (options: Parameters<typeof apiAt>[1], host = 'localhost', scheme = 'https') =>
    apiAt(`${scheme}://${host}:${server.port}`, options).instant('vector(1)');

  it('is asked with its authority and the right headers', async () => {
    const ca = readFileSync(certificates.authority.cert, 'utf8');
    expect(await at({ ca, headers: knocking('knock-knock') })).toMatchObject({ kind: 'vector' });
    await expect(at({ ca, headers: knocking('open up') })).rejects.toThrow(
      'Prometheus refuses the credentials (HTTP 401): correct prometheus.headers',
    );
    await expect(at({ headers: knocking('knock-knock') })).rejects.toThrow(
      'Prometheus cannot be asked: its TLS certificate is not signed by an authority that is trusted here',
    );
    await expect(at({ ca }, '127.0.0.1')).rejects.toThrow('its TLS certificate is for another name');
    await expect(at({}, 'localhost', 'http')).rejects.toThrow('what answers (HTTP 400) is not the API of Prometheus');
  });
});

describe('a server that cannot be asked', () => {
  let page: MetricsPage | null = null;
  afterEach(async () => {
    await page?.close();
    page = null;
  });

  it('is told with why', async () => {
    page = await serveMetrics('');
    const { address } = page;
    await expect(apiAt(`https://${address}`).instant('up')).rejects.toThrow('it does not speak TLS');
    await page.close();
    await expect(apiAt(`http://${address}`).instant('up')).rejects.toThrow(
      'Prometheus cannot be asked: connection refused',
    );
  });
});

function knocking(password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`cutover:${password}`).toString('base64')}` };
}

function queries(staleAfter: string): CounterQueries {
  const own = { ...presetMetrics(), staleAfter };
  return filledQueries(counterQueries(own), { spec: parsed(spec), slot: 'green' });
}

function presetMetrics(): PrometheusMetrics {
  const { metrics } = parsed({ ...spec, prometheus: { url: 'http://x' }, metrics: { prometheus: { preset: 'http' } } });
  if (typeof metrics !== 'object' || !('prometheus' in metrics)) throw new Error('the spec asks Prometheus');
  return metrics.prometheus;
}

function countersOf(api: PrometheusApi, names: readonly string[], metrics = presetMetrics()): Source {
  return prometheusCounters({
    prometheus: () => Promise.resolve(api),
    metrics,
    pods: () => Promise.resolve(names.map((name) => podView(name))),
  });
}

async function sampleOf(source: Source): Promise<Sample> {
  const reading = await source.sample({ spec: parsed(spec), slot: 'green' }, signal);
  if (reading.kind !== 'sample') throw new Error(reading.reason);
  return reading.sample;
}

/** The first sample in which every pod was read. */
function complete(source: Source): Promise<Sample> {
  return vi.waitFor(async () => {
    const sample = await sampleOf(source);
    if (sample.unread?.length !== 0) throw new Error('not scraped yet');
    return sample;
  }, patience);
}

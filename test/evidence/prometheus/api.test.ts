import { describe, expect, it } from 'vitest';
import { prometheusApi } from '../../../src/evidence/prometheus/api.ts';
import { prometheusCounters } from '../../../src/evidence/prometheus/counters.ts';
import { counterQueries } from '../../../src/evidence/prometheus/presets.ts';
import { prometheusAt } from '../../../src/evidence/prometheus/server.ts';
import type { AccessTarget, HttpAnswer, ProbeRequest, Transport } from '../../../src/kubernetes/access/index.ts';
import { fillTemplate } from '../../../src/domain/query-template.ts';
import { presetNames } from '../../../src/domain/spec-prometheus.ts';
import type { PrometheusMetrics } from '../../../src/domain/spec.ts';
import { parsed, spec } from '../../workflows/scripted-activities.ts';
import { podView } from '../pod-view.ts';

const { signal } = new AbortController();

function answer(body: unknown, more: Partial<HttpAnswer> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status: 200, headers: {}, body: text, truncated: false, durationMs: 1, ...more };
}

function vector(series: readonly (readonly [labels: Record<string, string>, value: string])[], more = {}) {
  const result = series.map(([metric, value]) => ({ metric, value: [1_700_000_000.5, value] }));
  return { status: 'success', data: { resultType: 'vector', result }, ...more };
}

const ask = (given: HttpAnswer) => prometheusApi(() => Promise.resolve(given), 1_000).instant('up');

describe('what is no result to rely on', () => {
  it('is told with its reason', async () => {
    await expect(ask(answer(vector([], { warnings: ['store a is down'] })))).rejects.toThrow(
      'Prometheus warns of its answer to "up": store a is down',
    );
    await expect(ask(answer(vector([]), { truncated: true }))).rejects.toThrow('answers "up" with too much');
    await expect(ask(answer('<html>', { status: 302 }))).rejects.toThrow('is not the API of Prometheus');
    await expect(ask(answer('', { status: 403 }))).rejects.toThrow('refuses the credentials (HTTP 403)');
    const timeout = { status: 'error', errorType: 'timeout', error: 'query timed out' };
    await expect(ask(answer(timeout, { status: 503 }))).rejects.toThrow(
      'Prometheus gave up on the query "up" (timeout): query timed out',
    );
    const result = await ask(answer(vector([], { infos: ['metric might not be a counter'] })));
    expect(result).toEqual({ kind: 'vector', series: [] });
  });
});

describe('a Prometheus that is a Service', () => {
  const asked: { target: AccessTarget; request: ProbeRequest }[] = [];
  const transport: Transport = {
    request: (target, request) => {
      asked.push({ target, request });
      return Promise.resolve(answer(vector([])));
    },
    connect: () => Promise.reject(new Error('no TCP')),
  };
  const { prometheus: server } = parsed({
    ...spec,
    prometheus: { service: { namespace: 'monitoring', name: 'prom', path: '/p/' } },
  });

  it.each([
    ['proxy', { path: '/p/api/v1/query?query=up&timeout=1000ms' }],
    ['direct', { method: 'POST', path: '/p/api/v1/query', body: 'query=up&timeout=1000ms' }],
  ] as const)('is asked by %s', async (access, request) => {
    asked.length = 0;
    if (server === undefined) throw new Error('the spec names a server');
    const way = prometheusAt({ server, namespace: 'default', access, transport, headers: {} });
    await prometheusApi(way, 1_000).instant('up');
    const target = { kind: 'service', namespace: 'monitoring', name: 'prom', port: 9_090 };
    expect(asked).toMatchObject([{ target, request }]);
  });
});

describe('counters by pod', () => {
  const reading = (answers: Record<string, unknown>, given: Partial<PrometheusMetrics> = {}, ofAll = 0) => {
    const queries = { requests: 'requests', errors: 'errors', latency: 'latency' };
    const own: PrometheusMetrics = {
      ...(given.preset === undefined ? queries : {}),
      podLabel: 'pod',
      namespaceLabel: 'namespace',
      staleAfter: '1m',
      ...given,
    };
    const api = prometheusApi((_path, { query = '' }) => Promise.resolve(answer(answers[query] ?? vector([]))), 1_000);
    const source = prometheusCounters({
      prometheus: () => Promise.resolve(api),
      metrics: own,
      pods: () => Promise.resolve([podView('a', { ip: null }), podView('b', { ip: null })]),
      background: () => ({ paths: new Set(['/healthz']), ofRoot: 0, ofAll }),
    });
    return source.sample({ spec: parsed(spec), slot: 'green' }, signal);
  };
  const two = vector([
    [{ pod: 'a' }, '10'],
    [{ pod: 'b' }, '20'],
    [{ pod: 'of-an-earlier-deployment' }, '99'],
  ]);

  it('tell how many may be Kubernetes’ own probes, since a sum by pod does not', async () => {
    const counters = { 'uid-a': { requests: 10, explained: 7 }, 'uid-b': { requests: 20, explained: 7 } };
    expect(await reading({ requests: two }, {}, 7)).toMatchObject({ sample: { counters } });
  });

  it('are without these where the query names their paths', async () => {
    const requests = 'sum by (pod) (requests{path!="/healthz"})';
    const found = await reading({ [requests]: two }, { requests }, 7);
    expect(found).toMatchObject({ sample: { counters: { 'uid-a': { requests: 10 } } } });
    expect(JSON.stringify(found)).not.toContain('explained');
  });

  it('are without these where the proxy of Istio counts, which they go past', async () => {
    const labels = { podLabel: 'pod', namespaceLabel: 'namespace', staleAfter: '1m' };
    const { requests } = counterQueries({ preset: 'istio', ...labels });
    const filled = fillTemplate(requests, { namespace: parsed(spec).namespace, app: parsed(spec).app, slot: 'green' });
    const found = await reading({ [filled]: two }, { preset: 'istio' }, 7);
    expect(found).toMatchObject({ sample: { counters: { 'uid-a': { requests: 10 } } } });
    expect(JSON.stringify(found)).not.toContain('explained');
  });

  it('are those of the ready pods; a pod without failures has no series of them', async () => {
    const latency = vector([
      [{ pod: 'a', le: '100' }, '9'],
      [{ pod: 'a', le: '+Inf' }, '10'],
      [{ pod: 'b', le: '100' }, '20'],
      [{ pod: 'b', le: '+Inf' }, '20'],
    ]);
    const answers = { requests: two, errors: vector([[{ pod: 'a' }, '3']]), latency };
    expect(await reading(answers, { latencyUnit: 'milliseconds' })).toEqual({
      kind: 'sample',
      sample: {
        counters: {
          'uid-a': { requests: 10, errors: 3, latency: { '0.1': 9, Infinity: 10 } },
          'uid-b': { requests: 20, errors: 0, latency: { '0.1': 20, Infinity: 20 } },
        },
        unread: [],
      },
      missed: [],
    });
  });

  it('that are no numbers, or lack the histogram that the others have, are unread', async () => {
    const nan = vector([
      [{ pod: 'a' }, 'NaN'],
      [{ pod: 'b' }, '20'],
    ]);
    expect(await reading({ requests: nan })).toMatchObject({ sample: { unread: ['uid-a'] } });
    const latency = vector([[{ pod: 'b', le: '+Inf' }, '20']]);
    expect(await reading({ requests: two, latency })).toMatchObject({ sample: { unread: ['uid-a'] } });
  });

  it.each([
    [
      'without the label of the pod',
      { requests: vector([[{}, '1']]) },
      '"requests" gives series without the label pod',
    ],
    [
      'of no type that is by pod',
      { requests: { status: 'success', data: { resultType: 'scalar', result: [1, '2'] } } },
      '"requests" gives a scalar',
    ],
    ['over ranges', { requests: { status: 'success', data: { resultType: 'matrix', result: [] } } }, 'take […] off'],
    [
      'several times a pod',
      {
        requests: vector([
          [{ pod: 'a', path: '/' }, '1'],
          [{ pod: 'a' }, '2'],
        ]),
      },
      'write sum by (pod)',
    ],
    [
      'several times a bucket',
      {
        requests: two,
        latency: vector([
          [{ pod: 'a', le: '1' }, '1'],
          [{ pod: 'a', le: '1.0' }, '2'],
        ]),
      },
      'write sum by (pod, le)',
    ],
    [
      'as native histograms',
      {
        requests: two,
        latency: {
          status: 'success',
          data: { resultType: 'vector', result: [{ metric: { pod: 'a' }, histogram: [1, {}] }] },
        },
      },
      'gives native histograms',
    ],
  ])('given %s are an error', async (_how, answers, message) => {
    await expect(reading(answers)).rejects.toThrow(message);
  });
});

describe('the presets', () => {
  it('each count by pod, of the slot alone', () => {
    const queries = presetNames.map((preset) => {
      const { metrics } = parsed({ ...spec, prometheus: { url: 'http://x' }, metrics: { prometheus: { preset } } });
      if (typeof metrics !== 'object' || !('prometheus' in metrics)) throw new Error('the spec asks Prometheus');
      return counterQueries(metrics.prometheus);
    });
    for (const { requests, errors, latency } of queries) {
      expect(requests).toMatch(
        /^sum by \(pod\) \(\w+\{namespace="\{\{namespace\}\}",pod=~"\{\{app\}\}-\{\{slot\}\}-\.\+"[^}]*\} and /,
      );
      expect(errors).toMatch(/=~"5\.\."\} and /);
      expect(latency).toMatch(/^sum by \(pod, le\) \(\w+_bucket\{/);
    }
    expect(queries.at(-1)?.latencyUnit).toBe('milliseconds');
  });
});

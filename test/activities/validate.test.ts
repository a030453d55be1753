/** What `cutover validate --connect` finds, against pods on loopback. */
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { SlotsRig } from './slots-rig.ts';
import { found, limits, page, query, rigWith } from './validating.ts';

const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

describe('the metrics of pods', () => {
  it('are right where a live pod has what the spec names', async () => {
    expect(await found(await rigWith(page), limits('400ms', '500ms'))).toEqual({ told: [], unchecked: [], notes: [] });
  });

  it('may have a native histogram, which the text does not show', async () => {
    const native = readFileSync(new URL('../evidence/native-histogram/native.pb', import.meta.url));
    const rig = await SlotsRig.of({});
    const server = http.createServer(({ headers }, response) => {
      const wantsProtobuf = headers.accept?.includes('protobuf') === true;
      if (wantsProtobuf) response.setHeader('content-type', protobuf);
      response.end(wantsProtobuf ? native : 'http_requests_total{status="200"} 3\n');
    });
    await rig.addPod('blue', server);
    const { told } = await found(rig, limits('100ms', '100ms'));
    expect(told.filter((one) => one.includes('no histogram'))).toEqual([]);
  });

  it('are looked at no further where nothing is live', async () => {
    expect(await found(await SlotsRig.of({}), {})).toEqual({
      told: [
        ': the live Deployment "api-blue" has no ready pod (of 0), so there is nothing to go back to: repair it first',
      ],
      unchecked: ["the pods' metrics: no pod of api-blue, which is live, is ready"],
      notes: [],
    });
  });

  it.each<[string, Partial<SpecInput>, RegExp[]]>([
    [
      page,
      { metrics: { requests: 'http_request_total' } },
      [/^metrics\.requests: the pod exposes no counter http_request_total: did you mean http_requests_total\?$/],
    ],
    [
      page,
      { metrics: { errors: { label: 'code' } } },
      [/^metrics\.errors\.label: http_requests_total has no label code, .*: it has status$/],
    ],
    [
      page,
      { metrics: { latency: 'latency_seconds' } },
      [/^metrics\.latency: the pod exposes no histogram latency_seconds/],
    ],
    [
      page,
      { metrics: { latency: 'http_requests_total' } },
      [/^metrics\.latency: http_requests_total is a counter, not a histogram; without one/],
    ],
    [
      `# TYPE http_in_flight gauge\nhttp_in_flight 3\n${page}`,
      { metrics: { requests: 'http_in_flight' } },
      [/^metrics\.requests: http_in_flight is a gauge, not a counter$/],
    ],
    [
      page,
      { metrics: { requests: 'http_request_duration_seconds' } },
      [/^metrics\.requests: http_request_duration_seconds is a histogram, not a counter$/],
    ],
    [
      page,
      { metrics: { errors: { pattern: '5xx' } } },
      [/^metrics\.errors\.pattern: 5xx matches no status of 100 to 599 as a whole, .*: status has 200, 503$/],
    ],
    [
      page,
      { metrics: { only: { label: 'route', pattern: '/api/.*' } } },
      [
        /^metrics\.only\.label: http_requests_total has no label route, .*: it has status$/,
        /^metrics\.only\.label: http_request_duration_seconds_bucket has no label route, .*: it has le$/,
      ],
    ],
    [
      page.replaceAll('{', '{route="/items",'),
      { metrics: { only: { label: 'route', pattern: '/api/.*' } } },
      [
        /^metrics\.only\.pattern: http_requests_total has no route that matches \/api\/\.\* as a whole, .*: it has \/items$/,
        /^metrics\.only\.pattern: http_request_duration_seconds_bucket has no route that matches/,
      ],
    ],
    [page, { metrics: { path: '/nowhere', latency: 'x' } }, [/^metrics\.requests: /, /^metrics\.latency: /]],
    [
      page,
      limits('40ms', '2s'),
      [
        /^soak\.thresholds\.p95: 40ms is far from the buckets of http_request_duration_seconds, of which 100ms is the nearest/,
        /^soak\.thresholds\.p99: 2s is above the highest bucket of http_request_duration_seconds, 500ms/,
        /^monitor\.thresholds\.p95: 40ms is far/,
        /^monitor\.thresholds\.p99: 2s is above/,
      ],
    ],
  ])('are told with the field that is wrong (%#)', async (text, changes, words) => {
    const spec = changes.metrics === undefined ? changes : { ...limits('500ms', '500ms'), ...changes };
    const { told } = await found(await rigWith(text), spec);
    expect(told).toEqual(words.map((word) => expect.stringMatching(word) as string));
  });

  it('that cannot be reached are told with the pod', async () => {
    const rig = await rigWith(page);
    const [pod] = rig.pods;
    rig.close(pod?.name ?? '');
    const { told } = await found(rig, {});
    expect(told).toEqual([expect.stringMatching(/^metrics: GET \/metrics of pod api-blue-0:\d+: connection refused$/)]);
  });
});

describe('what preflight would refuse', () => {
  const image = 'myapp:v2.0';

  it.each<[Partial<SpecInput>, string]>([
    [{ service: 'nobody' }, 'there is no Service "nobody" that says which slot is live'],
    [{ namespace: 'nowhere' }, 'the namespace is not there'],
    [{ app: 'shop' }, 'there is no Deployment "shop-blue" that could be live'],
  ])('is why metrics are not tried out: %j', async (changes, why) => {
    const { unchecked } = await found(await rigWith(page), changes);
    expect(unchecked).toEqual([`the pods' metrics: ${why}`]);
  });

  it.each<[string, Partial<SpecInput>, RegExp]>([
    ['a Service', { service: 'nobody' }, /^service: there is no Service "nobody" in namespace "default": correct/],
    ['a namespace', { namespace: 'nowhere' }, /^namespace: there is no namespace "nowhere": correct namespace/],
    ['an app', { app: 'shop' }, /^app: the Service "api-service" selects app "api", the spec is for app "shop"/],
    [
      'a container for the image',
      { candidate: { image, container: 'web' } },
      /^candidate\.container: is "web", but the pods have api: name one of these$/,
    ],
    [
      'a patch',
      { candidate: { image, patch: { spec: { strategy: { type: 'Odd' } } } } },
      /^candidate\.patch: the API server would refuse the Deployment "api-green": .*Unsupported value: "Odd"/,
    ],
    [
      'a container of the logs',
      { logs: { container: 'web' } },
      /^logs\.container: is "web", but the candidate's pods have api: name one that both slots have$/,
    ],
  ])('is told with its field: %s', async (_, changes, words) => {
    const { told } = await found(await rigWith(page), { metrics: 'none', ...changes });
    expect(told).toContainEqual(expect.stringMatching(words));
  });
});

describe('Secrets, addresses and answers', () => {
  const metrics = 'none' as const;

  it('that are missing are told, each with its field', async () => {
    const secretKeyRef = { name: 'token', key: 'a' };
    const url = 'https://127.0.0.1:1';
    const authorization = { secretKeyRef };
    const checked = { path: '/', headers: { 'x-key': { secretKeyRef: { name: 'other', key: 'b' } } } };
    const { told } = await found(await rigWith(page), {
      metrics,
      prometheus: { url, headers: { authorization } },
      smoke: { checks: [{ name: 'a', http: checked }] },
      soak: { checks: [{ name: 'b', http: { url, headers: { authorization } }, expect: { equals: 200 } }] },
    });
    expect(told).toEqual([
      'smoke.checks[0].http.headers.x-key: there is no Secret "other", which a header of the spec refers to: create it',
      'soak.checks[0].http.headers.authorization: there is no Secret "token", which a header of the spec refers to: create it',
      'prometheus.headers.authorization: there is no Secret "token", which a header of the spec refers to: create it',
    ]);
    const ca = { configMapKeyRef: { name: 'authority', key: 'pem' } };
    expect((await found(await rigWith(page), { metrics, prometheus: { url, ca } })).told).toEqual([
      'prometheus: there is no ConfigMap "authority", which prometheus.ca refers to: create it',
    ]);
  });

  it('that do not answer as they should are told, and nothing is sent that could change something', async () => {
    const rig = await rigWith(page);
    const { told, unchecked, notes } = await found(rig, {
      metrics: { prometheus: { preset: 'http' } },
      prometheus: { url: 'http://127.0.0.1:1' },
      soak: {
        checks: [
          query('up'),
          { name: 'ok', http: { path: '/queue', json: 'depth' }, expect: { atMost: 1 } },
          { name: 'no value', http: { path: '/queue', json: 'length' }, expect: { atMost: 1 } },
          { name: 'nobody', http: { url: 'http://127.0.0.1:1/' }, expect: { equals: 200 } },
          { name: 'hook', http: { url: 'http://127.0.0.1:1/', method: 'POST' }, expect: { equals: 200 } },
        ],
      },
    });
    expect(told).toEqual([
      'soak.checks[2].http: there is no number, text or truth value at length of its JSON',
      'soak.checks[3].http.url: GET http://127.0.0.1:1/: connection refused',
      'prometheus.url: Prometheus cannot be asked: connection refused',
    ]);
    expect(unchecked).toEqual([
      'the queries of metrics.prometheus: Prometheus cannot be asked',
      'soak.checks[0].prometheus.query: Prometheus cannot be asked',
      'soak.checks[4]: a POST is not sent to try it out',
    ]);
    expect(notes).toEqual(['check ok: 3 now, which would fail: 3 is above 1']);
    expect(rig.pods[0]?.requests).toBe(2);
  });

  it('are told with the values that they give now', async () => {
    const asked = { path: '/', json: 'depth' };
    const at = (rig: SlotsRig, expects: { [condition: string]: number }[]) =>
      found(rig, {
        metrics,
        soak: { checks: expects.map((one, index) => ({ name: `c${index}`, http: asked, expect: one })) },
      });
    const three = [{ atMost: 5, atLeast: 1 }, { atMost: 1 }, { timesStable: 2 }];
    expect(await at(await rigWith(page), three)).toEqual({
      told: [],
      unchecked: [],
      notes: [
        'check c0: 3 now, expected ≤ 5, ≥ 1',
        'check c1: 3 now, which would fail: 3 is above 1',
        'check c2: 3 now, expected ≤ 2 × stable',
      ],
    });
    expect((await at(await rigWith(page, '{"depth": 0}'), [{ timesStable: 2 }])).notes).toEqual([
      'check c0: 0 now, expected ≤ 2 × stable',
      "check c0: stable's value is 0 now, and times 0 nothing above 0 passes timesStable",
    ]);
    expect((await at(await rigWith(page, '{"depth": "deep"}'), [{ atMost: 2 }])).told).toEqual([
      'soak.checks[0].expect: it cannot be held to ≤ 2: "deep" is no number',
    ]);
  });
});

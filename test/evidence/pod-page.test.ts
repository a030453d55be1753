import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { labelMatcher } from '../../src/evidence/label-matcher.ts';
import { readPage, type NamedMetrics } from '../../src/evidence/pod-page.ts';

const metrics: NamedMetrics = {
  path: '/metrics',
  requests: 'http_requests_total',
  latency: 'http_request_duration_seconds',
  errors: { label: 'status', pattern: '5..' },
};

const serverErrors = labelMatcher('5..');
const background = { paths: new Set(['/healthz', '/metrics']), ofRoot: 3, ofAll: 40 };

describe("a pod's page of metrics", () => {
  it('of a client library gives requests, errors and the histogram of all series together', async () => {
    const registers = [new Registry()];
    const requests = new Counter({ name: metrics.requests, help: 'h', labelNames: ['path', 'status'], registers });
    const latency = new Histogram({
      name: metrics.latency,
      help: 'h',
      labelNames: ['path'],
      buckets: [0.1, 1],
      registers,
    });
    requests.inc({ path: '/a', status: 200 }, 7);
    requests.inc({ path: '/a', status: 503 }, 2);
    requests.inc({ path: '/b', status: 500 }, 1);
    for (const [path, seconds] of [
      ['/a', 0.05],
      ['/a', 0.5],
      ['/b', 3],
    ] as const)
      latency.observe({ path }, seconds);
    const page = `${await registers[0]?.metrics()}\nprocess_start_time_seconds 1700000000.5`;
    expect(readPage(page, metrics)).toEqual({
      requests: 10,
      errors: 3,
      latency: { '0.1': 1, '1': 2, Infinity: 3 },
      startedAt: 1_700_000_000.5,
    });
  });

  it('tells the requests of users from those for the paths of others, where a label has them', () => {
    const page = ['/healthz', '/metrics', '/api/items'].flatMap((handler) => [
      `http_requests_total{handler="${handler}",status="200"} 5`,
      `http_requests_total{handler="${handler}",status="503"} 2`,
      `http_request_duration_seconds_bucket{handler="${handler}",le="1"} 6`,
      `http_request_duration_seconds_bucket{handler="${handler}",le="+Inf"} 7`,
    ]);
    expect(readPage(page.join('\n'), metrics, serverErrors, background)).toEqual({
      requests: 21,
      errors: 6,
      background: { requests: 14, errors: 4 },
      // A histogram without such a label holds all.
      latency: { '1': 6, Infinity: 7 },
      explained: 3,
    });
  });

  it('says how many may be of others, where no label has a path', () => {
    const page = readPage('http_requests_total{status="200"} 15', metrics, serverErrors, background);
    expect(page).toEqual({ requests: 15, errors: 0, latency: {}, explained: 40 });
    const only = { label: 'status', pattern: '2..' };
    expect(readPage('http_requests_total{status="200"} 15', { ...metrics, only }, serverErrors, background)).toEqual({
      requests: 15,
      errors: 0,
      latency: {},
    });
  });

  it('counts only the requests of the paths that the spec names', () => {
    const page = ['/api/items', '/api/orders', '/v1/api/'].flatMap((route, index) => [
      `http_requests_total{route="${route}",status="500"} ${10 ** index}`,
      `http_request_duration_seconds_bucket{route="${route}",le="0.1"} ${10 ** index}`,
      `http_request_duration_seconds_bucket{route="${route}",le="+Inf"} ${2 * 10 ** index}`,
    ]);
    const counted = (label: string, pattern: string) =>
      readPage(page.join('\n'), { ...metrics, only: { label, pattern } });
    const latency = { '0.1': 11, Infinity: 22 };
    expect(counted('route', '/api/.*')).toEqual({ requests: 11, errors: 11, latency });
    expect(counted('route', '/nothing/.*')).toEqual({ requests: 0, errors: 0, latency: {} });
    expect(() => counted('path', '/api/.*')).toThrow(
      'http_requests_total has no label path, which metrics.only asks for',
    );
    expect(() => counted('status', '5..')).toThrow('http_request_duration_seconds has no label status');
  });

  it('has errors only where the whole label matches', () => {
    const page = ['2005', '500', 'x500', '503'].map((status) => `http_requests_total{status="${status}"} 1`).join('\n');
    expect(readPage(page, metrics).errors).toBe(2);
    const alternatives = { ...metrics, errors: { label: 'status', pattern: '50|503' } };
    expect(readPage(page, alternatives).errors).toBe(1);
  });

  it('tells nothing of errors where no series has the label that they are told by', () => {
    const page = 'http_requests_total{code="500"} 3';
    const words = 'http_requests_total has no label status, so that no failed request could be told';
    expect(() => readPage(page, metrics)).toThrow(words);
    expect(() => readPage(page, { ...metrics, errors: { label: 'constructor', pattern: '.+' } })).toThrow(
      'constructor',
    );
    // What is there before the first request may have no label yet.
    expect(readPage('http_requests_total 0', metrics)).toMatchObject({ requests: 0, errors: 0 });
    expect(readPage(`${page}\nhttp_requests_total{status="500"} 1`, metrics)).toMatchObject({ requests: 4, errors: 1 });
  });

  it('is understood by the name that OpenMetrics gives a counter', () => {
    const page = '# TYPE http_requests counter\nhttp_requests_total{status="200"} 3 # {trace_id="a"} 1.0\n# EOF';
    expect(readPage(page, { ...metrics, requests: 'http_requests' }).requests).toBe(3);
  });

  it('without the counter is an error, never a zero', () => {
    for (const page of ['', '<html>not found</html>', 'http_requests_total NaN', 'http_requests_totals 3']) {
      expect(() => readPage(page, metrics)).toThrow('no counter http_requests_total');
    }
  });

  it('without a histogram has no latency, and one with broken bounds loses only these', () => {
    expect(readPage('http_requests_total{status="200"} 3', metrics).latency).toEqual({});
    const page =
      'http_requests_total{status="200"} 3\nhttp_request_duration_seconds_bucket{le="x"} 3\nhttp_request_duration_seconds_bucket 1';
    expect(readPage(page, metrics).latency).toEqual({});
  });

  it('counts a series that is there twice once, and no counter that cannot be one', () => {
    const page = [
      'http_requests_total{status="200",path="/"} 3',
      'http_requests_total{path="/",status="200"} 4',
      'http_requests_total{path="/a"} -1',
      'http_requests_total{path="/b"} 1e300',
      'http_requests_total{path="/c"} NaN',
    ].join('\n');
    expect(readPage(page, metrics).requests).toBe(4);
  });

  it('is refused as a whole where only a part of it could be read', () => {
    const ok = 'http_requests_total{status="200"} 1\n'.repeat(100_000);
    expect(() => readPage(`${ok}http_requests_total{status="500"} 7`, metrics)).toThrow('100000 samples');
    const buckets = Array.from({ length: 201 }, (_, le) => `http_request_duration_seconds_bucket{le="${le}"} 1`);
    expect(() => readPage(['http_requests_total{status="200"} 1', ...buckets].join('\n'), metrics)).toThrow(
      '201 buckets',
    );
  });

  it('with labels that the pattern cannot be tried on in time is refused, and soon', () => {
    const startedAt = performance.now();
    for (const pattern of ['(a+)+', '(a|a)*', '(a?){40}a{40}b', '(.*)*x', `${'.*'.repeat(40)}x`]) {
      const matches = labelMatcher(pattern);
      const page = `http_requests_total{status="${'a'.repeat(5_000)}!"} 1`;
      for (const _ of [1, 2, 3])
        expect(() => readPage(page, metrics, matches)).toThrow(/pattern takes too long|too busy/);
    }
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

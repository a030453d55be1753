import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noBackground, type Background } from '../../src/evidence/pod-page.ts';
import { podReader, type PodReader } from '../../src/evidence/pod-reader.ts';
import type { Duration } from '../../src/domain/duration.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { AccessError, type ProbeRequest, type Transport } from '../../src/kubernetes/access/index.ts';
import { viewPod } from '../../src/kubernetes/pod.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`native-histogram/${name}`, import.meta.url));
const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const wantsProtobuf = ({ headers = {} }: ProbeRequest): boolean =>
  headers['accept']?.startsWith(protobuf.slice(0, 31)) === true;

interface Page {
  readonly type: string;
  readonly body: Buffer;
}

const text = (body: string | Buffer): Page => ({ type: 'text/plain; version=0.0.4', body: Buffer.from(body) });
const binary = (body: Buffer): Page => ({ type: protobuf, body });

/** Reads a pod that answers as `pageOf` says; null is no answer. */
function readerOf(
  pageOf: (request: ProbeRequest) => Page | null,
  given: SpecInput = spec,
  background: Background = noBackground,
): {
  read: () => ReturnType<PodReader>;
  asked: string[];
} {
  const asked: string[] = [];
  const way: Pick<Transport, 'request'> = {
    request: async (_target, request, { asBytes }) => {
      asked.push(wantsProtobuf(request) ? 'protobuf' : 'text');
      const page = pageOf(request);
      if (page === null) throw new AccessError('reset', 'GET /metrics', 'closed');
      const answer = { status: 200, headers: { 'content-type': page.type }, truncated: false, durationMs: 1 };
      const body = page.body.toString('utf8');
      return asBytes === true ? { ...answer, body, bytes: page.body } : { ...answer, body };
    },
  };
  const full = parsed(given);
  if (full.metrics === 'none' || 'prometheus' in full.metrics) throw new Error('the spec has metrics');
  const { metrics } = full;
  const read = podReader({ way: way as Transport, metrics, port: 8080, background: () => background });
  const pod = viewPod({ metadata: { name: 'a', uid: 'a' }, status: { podIP: '10.0.0.1' } });
  const { signal } = new AbortController();
  return { read: () => read({ spec: full, slot: 'green' }, pod, signal), asked };
}

const withoutBuckets = 'http_requests_total{status="200"} 3\nhttp_request_duration_seconds_bucket{le="+Inf"} 3';

describe('a pod is read', () => {
  it('as text where that has buckets', async () => {
    const { read, asked } = readerOf(() => text(`${withoutBuckets}\nhttp_request_duration_seconds_bucket{le="1"} 2`));
    expect(await read()).toMatchObject({ latency: { '1': 2, Infinity: 3 } });
    expect(asked).toEqual(['text']);
  });

  it('without a histogram that lacks the label of the requests which count, but where latency is limited', async () => {
    const page = 'http_requests_total{route="/a",status="200"} 3\nhttp_request_duration_seconds_bucket{le="1"} 2';
    const readWith = (p99: Duration | null) => {
      const watch = { thresholds: { p95: null, p99 } };
      const metrics = { only: { label: 'route', pattern: '/a' } };
      return readerOf(() => text(page), { ...spec, soak: watch, monitor: watch, metrics }).read();
    };
    expect(await readWith(null)).toMatchObject({ requests: 3, latency: {} });
    await expect(readWith('1s')).rejects.toThrow('http_request_duration_seconds has no label route');
  });

  it('with all requests of a path that Kubernetes asks for, too, where the spec says that they count', async () => {
    const page = text('http_requests_total{route="/graphql",status="200"} 3');
    const background = { paths: new Set(['/graphql']), ofRoot: 0, ofAll: 0 };
    const metrics = { only: { label: 'route', pattern: '/graphql' } };
    expect(await readerOf(() => page, spec, background).read()).toMatchObject({ background: { requests: 3 } });
    expect(await readerOf(() => page, { ...spec, metrics }, background).read()).not.toHaveProperty('background');
  });

  it('as protobuf from then on, where only this has them', async () => {
    const { read, asked } = readerOf((request) =>
      wantsProtobuf(request) ? binary(fixture('native.pb')) : text(fixture('native.txt')),
    );
    const first = await read();
    expect(first).toMatchObject({ requests: 1_010, errors: 20, latency: { Infinity: 1_010 } });
    expect(Object.keys(first.latency).length).toBeGreaterThan(100);
    expect(await read()).toEqual(first);
    expect(asked).toEqual(['text', 'protobuf', 'protobuf']);
  });

  it('as text from then on, where it has no other format', async () => {
    const { read, asked } = readerOf(() => text(withoutBuckets));
    await read();
    expect(await read()).toMatchObject({ requests: 3, latency: { Infinity: 3 } });
    expect(asked).toEqual(['text', 'protobuf', 'text']);
  });

  it('as text where it has no answer in the other format, or a broken one', async () => {
    for (const other of [null, binary(Buffer.from('no protobuf'))]) {
      const { read } = readerOf((request) => (wantsProtobuf(request) ? other : text(withoutBuckets)));
      expect(await read()).toMatchObject({ requests: 3, latency: { Infinity: 3 } });
    }
  });

  it('as protobuf as soon as there is a histogram', async () => {
    let page = fixture('empty.pb');
    const { read } = readerOf((request) => (wantsProtobuf(request) ? binary(page) : text(withoutBuckets)));
    expect(await read()).toMatchObject({ requests: 0 });
    page = fixture('native.pb');
    expect(await read()).toMatchObject({ latency: { Infinity: 1_010 } });
  });
});

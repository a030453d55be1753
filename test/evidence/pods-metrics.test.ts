import { describe, expect, it } from 'vitest';
import { podsMetrics } from '../../src/evidence/pods-metrics.ts';
import { AccessError, type HttpAnswer, type Transport } from '../../src/kubernetes/access/index.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { podView } from './pod-view.ts';

const full = parsed(spec);
const subject = { spec: full, slot: 'green' } as const;
const { signal } = new AbortController();

function sourceOf(names: readonly string[], answers: Record<string, Partial<HttpAnswer> | Error>) {
  const asked: string[] = [];
  const way: Pick<Transport, 'request'> = {
    request: async (target, request) => {
      asked.push(`${target.name}:${target.port}${request.path}`);
      const answer = answers[target.name];
      if (answer instanceof Error) throw answer;
      return {
        status: 200,
        headers: {},
        body: 'http_requests_total{status="200"} 3',
        truncated: false,
        durationMs: 1,
        ...answer,
      };
    },
  };
  const { metrics } = full;
  if (metrics === 'none' || 'prometheus' in metrics) throw new Error('the spec has metrics of pods');
  const pods = () => Promise.resolve(names.map((name) => podView(name, { ready: name !== 'unready' })));
  return { asked, source: podsMetrics({ way: way as Transport, metrics, pods, port: 8080 }) };
}

describe("the pods' own metrics", () => {
  it('are read from every ready pod', async () => {
    const body = 'http_requests_total{status="200"} 3\nhttp_request_duration_seconds_bucket{le="1"} 3';
    const { asked, source } = sourceOf(['a', 'b', 'unready'], { a: { body }, b: { body } });
    expect(await source.sample(subject, signal)).toEqual({
      kind: 'sample',
      sample: {
        counters: {
          'uid-a': { requests: 3, errors: 0, latency: { '1': 3 } },
          'uid-b': { requests: 3, errors: 0, latency: { '1': 3 } },
        },
        unread: [],
      },
      missed: [],
    });
    expect(asked.sort()).toEqual(['a:8080/metrics', 'b:8080/metrics']);
  });

  it('of pods that cannot be read are told as unread, the same reason once, and never as zero', async () => {
    const gone = new AccessError('refused', 'GET /metrics of pod x', 'connection refused');
    const { source } = sourceOf(['a', 'b', 'c', 'd', 'e', 'f'], {
      b: gone,
      c: gone,
      d: { status: 500 },
      e: { truncated: true },
      f: { body: 'something else' },
    });
    const reading = await source.sample(subject, signal);
    expect(reading).toMatchObject({
      sample: { unread: ['uid-b', 'uid-c', 'uid-d', 'uid-e', 'uid-f'] },
      missed: [
        '/metrics: connection refused',
        '/metrics: answered 500',
        '/metrics: longer than 5 MiB',
        '/metrics: no counter http_requests_total',
      ],
    });
    expect(reading.kind === 'sample' && Object.keys(reading.sample.counters ?? {})).toEqual(['uid-a']);
  });

  it('are unmeasured where no pod is ready', async () => {
    const { source } = sourceOf(['unready'], {});
    expect(await source.sample(subject, signal)).toEqual({ kind: 'unmeasured', reason: 'no pod is ready' });
  });
});

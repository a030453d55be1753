/** Pages of metrics of any content: what comes of them is small, and made of numbers. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlines } from '../../src/domain/deadline.ts';
import { comparisonOf } from '../../src/evidence/comparison.ts';
import { readPage, readProtobufPage, type NamedMetrics } from '../../src/evidence/pod-page.ts';
import { parsePrometheusText } from '../../src/evidence/prometheus-text.ts';
import { fromResume, toResume } from '../../src/evidence/resume.ts';
import { unmeasured, type Reading, type Source } from '../../src/evidence/source.ts';
import { beginWatch, type Watch } from '../../src/evidence/watch-state.ts';
import { evidenceOf, lookAgain } from '../../src/evidence/watch.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import { bytesKept, expectAlways, text } from './documents.ts';

const metrics: NamedMetrics = {
  path: '/metrics',
  requests: 'requests',
  latency: 'latency',
  errors: { label: 'status', pattern: '5..' },
};

const value = fc.oneof(
  fc.constantFrom('NaN', '+Inf', '-Inf', '-1', '1e308', '-1e308', '9007199254740993', '0x10', '', '1_000', '٣'),
  fc.double().map(String),
  fc.nat(10_000).map(String),
);
const bound = fc.oneof(
  fc.constantFrom('+Inf', '-Inf', 'NaN', '', '0', '-5', '1e400', '0.1', '0.10'),
  fc.double().map(String),
);
/** Of a pod whose latencies are all in one bucket. */
const oneBucket = fc
  .tuple(fc.integer({ min: -320, max: 308 }), fc.nat(1_000))
  .map(([exponent, count]) =>
    [`requests ${count}`, `latency_bucket{le="1e${exponent}"} ${count}`, `latency_bucket{le="+Inf"} ${count}`].join(
      '\n',
    ),
  );
const label = fc.oneof(fc.constantFrom('200', '500', '5\\n0', '"', '\\', '{', '}'), text);

/** Lines of the metrics that are read, right and wrong ones, in any order and as often as may be. */
const line = fc.oneof(
  fc.tuple(label, value).map(([status, count]) => `requests{status="${status}"} ${count}`),
  fc.tuple(label, value).map(([path, count]) => `requests_total{__proto__="${path}",constructor="x"} ${count}`),
  fc.tuple(bound, label, value).map(([le, path, count]) => `latency_bucket{le="${le}",path="${path}"} ${count}`),
  fc.tuple(value, value).map(([start, time]) => `process_start_time_seconds ${start} ${time}`),
  fc.constantFrom(
    'requests{',
    'requests 1 2 3 4',
    'latency_bucket{le="1"',
    '# TYPE requests counter',
    '\r',
    'requests\t7',
  ),
  text,
);
const page = fc.oneof(
  oneBucket,
  fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n')),
);

function readingOf(given: string): Reading {
  try {
    const counters = { uid: readPage(given, metrics) };
    return {
      kind: 'sample',
      sample: { counters, unread: [], pods: { ready: 1, desired: 1, uids: ['uid'], restarts: {} } },
    };
  } catch (error) {
    return unmeasured((error as Error).message);
  }
}

function watchOf(source: Source): Watch {
  const parsed = parseSpec({ app: 'api', service: 's', candidate: { image: 'a' } });
  if (!parsed.ok) throw new Error('the spec is not valid');
  const { spec } = parsed;
  let now = 0;
  return {
    candidate: { spec, slot: 'blue' },
    stable: null,
    sources: [source],
    limits: { thresholds: spec.monitor.thresholds, minimumRequests: 1, metrics, replacement: deadlines.deploy(spec) },
    comparison: comparisonOf({ step: 'monitor', spec, hasStable: false, baseline: null }),
    step: 'monitor',
    stableUsage: null,
    records: null,
    horizonMs: 60_000,
    now: () => (now += 1_000),
  };
}

/** Whether each number in it is one that JSON can hold. */
function isFinite(document: unknown): boolean {
  return (
    bytesKept(document) > 0 &&
    JSON.stringify(document) ===
      JSON.stringify(document, (_key, found: unknown) => {
        if (typeof found === 'number' && !Number.isFinite(found)) throw new Error(`a number is ${found}`);
        return found;
      })
  );
}

function manyLines(count: number, one: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => one(index)).join('\n');
}

const protobufPage = readFileSync(new URL('../evidence/native-histogram/native.pb', import.meta.url));

describe('a page in the protobuf format', () => {
  it('with bytes that are wrong, or missing, is read, or refused in one sentence', () => {
    const named = { ...metrics, requests: 'http_requests_total', latency: 'http_request_duration_seconds' };
    const change = fc.tuple(fc.nat(protobufPage.length - 1), fc.nat(255));
    const broken = fc.record({ length: fc.nat(protobufPage.length), changes: fc.array(change, { maxLength: 5 }) });
    expectAlways(broken, ({ length, changes }) => {
      const bytes = Buffer.from(protobufPage);
      for (const [at, byte] of changes) bytes[at] = byte;
      try {
        const counters = readProtobufPage(bytes.subarray(0, length), named);
        return isFinite(counters) && counters.requests >= 0 && counters.errors <= counters.requests;
      } catch (error) {
        const { message } = error as Error;
        return message !== '' && message.length < 300;
      }
    });
  });
});

describe('a page of metrics of any content', () => {
  it('is read, or refused in one sentence', () => {
    expectAlways(fc.oneof(page, text), (given) => {
      const reading = readingOf(given);
      if (reading.kind === 'unmeasured') return reading.reason !== '' && reading.reason.length < 300;
      const { requests, errors } = reading.sample.counters?.['uid'] ?? { requests: -1, errors: 0 };
      return isFinite(reading) && requests >= 0 && errors >= 0 && errors <= requests;
    });
  });

  it('is parsed into samples that have names and values', () => {
    expectAlways(fc.oneof(page, text), (given) =>
      parsePrometheusText(given).every((sample) => sample.name !== '' && typeof sample.value === 'number'),
    );
  });

  it('comes, with others, to evidence that is small and made of numbers, and another worker can go on with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 6 }), async (pages) => {
        const readings = pages.map(readingOf);
        const source = { name: 'pages', sample: () => Promise.resolve(readings.shift() ?? unmeasured('no more')) };
        const watch = watchOf(source);
        let state = beginWatch(watch);
        for (const _ of pages) {
          state = await lookAgain(watch, state, new AbortController().signal);
          const left = toResume(state);
          expect(fromResume(JSON.parse(JSON.stringify(left)))).toEqual(state);
        }
        const evidence = evidenceOf(watch, state);
        expect(isFinite(evidence)).toBe(true);
        expect(bytesKept(evidence)).toBeLessThan(30_000);
        const { errorRate } = evidence.candidate;
        expect(errorRate === null || (errorRate >= 0 && errorRate <= 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('with an explosion of labels, of buckets or of values is read or refused within seconds', () => {
    const pages = [
      manyLines(90_000, (index) => `requests{status="200",id="${index}"} 1`),
      manyLines(90_000, (index) => `requests{status="${index}"} 1`),
      manyLines(60_000, (index) => `latency_bucket{le="${index}"} 1`) + '\nrequests 1',
      manyLines(
        40_000,
        (index) => `latency_bucket{le="1",id="${index}"} 1\nlatency_bucket{le="+Inf",id="${index}"} 1`,
      ) + '\nrequests 1',
      `requests{status="${'5'.repeat(4_000_000)}"} 1`,
    ];
    for (const given of pages) {
      const startedAt = performance.now();
      expect(bytesKept(readingOf(given))).toBeLessThan(10_000);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  });
});

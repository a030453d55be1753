import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBuckets, quantile, subtractBuckets, type Buckets } from '../../src/evidence/histogram.ts';
import { bucketsOfNative, type NativeHistogram } from '../../src/evidence/native-histogram.ts';
import { readProtobufPage, type NamedMetrics } from '../../src/evidence/pod-page.ts';

const metrics: NamedMetrics = {
  path: '/metrics',
  requests: 'http_requests_total',
  latency: 'http_request_duration_seconds',
  errors: { label: 'status', pattern: '5..' },
};

/** Written by `main.go` in that folder, with Prometheus' own library for Go. */
function read(name: string): ReturnType<typeof readProtobufPage> {
  return readProtobufPage(readFileSync(new URL(`native-histogram/${name}.pb`, import.meta.url)), metrics);
}

function monotonic(buckets: Buckets): boolean {
  const counts = Object.entries(buckets)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, count]) => count);
  return counts.every((count, index) => count >= (counts[index - 1] ?? 0));
}

describe('a native histogram that a real application exposes', () => {
  it.each([
    ['native', 0.09],
    ['fine', 0.09],
    ['coarse', 0.35],
  ])('tells the quantiles (%s), as exactly as its schema does', (name, error) => {
    const { latency, requests, errors } = read(name);
    expect({ requests, errors }).toEqual({ requests: 1_010, errors: 20 });
    // 1,000 answers from 1 ms to 1 s, and 10 of 2 s.
    for (const [q, exact] of [
      [0.5, 0.505],
      [0.9, 0.909],
      [0.95, 0.9595],
    ] as const) {
      expect(Math.abs((quantile(latency, q)?.value ?? 0) / exact - 1)).toBeLessThan(error);
    }
    expect(quantile(latency, 0.999)?.value).toBeGreaterThan(1);
    expect(monotonic(latency)).toBe(true);
    expect(Object.keys(latency).length).toBeLessThanOrEqual(200);
  });

  it('is added to and subtracted from one of another schema at the bounds that both have', () => {
    const [fine, coarse] = [read('fine').latency, read('coarse').latency];
    const both = addBuckets(fine, coarse);
    expect(Object.keys(both)).toEqual(Object.keys(coarse));
    expect(both).toMatchObject({ '1': 2_000, '2': 2_020, Infinity: 2_020 });
    expect(subtractBuckets(fine, coarse)).toMatchObject({ '0.5': 0, '1': 0, Infinity: 0 });
    expect(quantile(subtractBuckets(both, coarse), 0.5)).toEqual(quantile(coarse, 0.5));
  });

  it('has the same bounds whatever was observed', () => {
    expect(Object.keys(read('empty').latency)).toEqual(Object.keys(read('native').latency));
    expect(Object.keys(read('fine').latency)).toEqual(Object.keys(read('native').latency));
  });

  it('counts what is below the zero threshold, negative, beyond all bounds or no number', () => {
    expect(read('odd').latency).toMatchObject({
      // -0.5 alone, then with 0 and 0.001, the two of 0.02, and at last 1,000,000 and what is no number.
      '0.007813': 1,
      '0.01105': 3,
      '0.0221': 5,
      '128': 5,
      Infinity: 7,
    });
  });
});

describe('classic histograms in the protobuf format', () => {
  it('have their own buckets, also where there is a native one beside them', () => {
    const own = { '0.1': 100, '0.5': 500, '1': 1_000, Infinity: 1_010 };
    expect(read('classic').latency).toEqual(own);
    expect(read('both').latency).toEqual(own);
  });
});

const empty: NativeHistogram = {
  schema: 0,
  count: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  positive: [],
  positiveCounts: [],
  negativeCount: 0,
};

describe('the buckets of a native histogram', () => {
  it('are at bounds of schema 3 or coarser, each with what is no greater', () => {
    const schema = fc.integer({ min: -4, max: 8 });
    const latencies = fc.array(fc.double({ min: 1e-5, max: 500, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(schema, latencies, (of, seconds) => {
        const buckets = bucketsOfNative([observed(of, seconds)]);
        expect(buckets['Infinity']).toBe(seconds.length);
        expect(Object.keys(buckets).length).toBeLessThanOrEqual(154);
        for (const [bound, count] of Object.entries(buckets)) {
          // The bounds are rounded; what lies between is counted on either side.
          const least = seconds.filter((one) => one <= Number(bound) * 0.999).length;
          const most = seconds.filter((one) => one <= Number(bound) * 1.001).length;
          expect(count).toBeGreaterThanOrEqual(least);
          expect(count).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are not made up where the schema is not one of exponential buckets', () => {
    expect(() => bucketsOfNative([{ ...empty, schema: -53 }])).toThrow('schema -53');
  });

  it('of several are those that all have', () => {
    const [fine, coarse] = [observed(8, [0.3, 0.9]), observed(0, [0.3, 3])];
    expect(bucketsOfNative([fine, coarse])).toEqual(addBuckets(bucketsOfNative([fine]), bucketsOfNative([coarse])));
    expect(bucketsOfNative([fine, observed(8, [3])])).toMatchObject({ '0.25': 0, '0.5': 1, '1': 2, '4': 3 });
  });

  it('are not made of counts that are none', () => {
    for (const count of [-1, Number.NaN, Infinity]) {
      expect(() => bucketsOfNative([{ ...empty, count }])).toThrow('a count that is none');
      expect(() => bucketsOfNative([{ ...empty, positiveCounts: [count] }])).toThrow('a count that is none');
    }
  });

  it('do not go on beyond the counts that there are', () => {
    const spans = { positive: [{ offset: 0, length: 4_000_000_000 }], positiveCounts: [1, 2] };
    expect(bucketsOfNative([{ ...empty, ...spans, count: 3 }])).toMatchObject({ '1': 1, '2': 3, Infinity: 3 });
  });
});

/** As a client library would count them, one span a bucket. */
function observed(schema: number, seconds: readonly number[]): NativeHistogram {
  const counts = new Map<number, number>();
  for (const one of seconds) {
    const index = Math.ceil(Math.log2(one) * 2 ** schema);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  let end = 0;
  const positive = sorted.map(([index]) => {
    const offset = index - end;
    end = index + 1;
    return { offset, length: 1 };
  });
  return { ...empty, schema, count: seconds.length, positive, positiveCounts: sorted.map(([, count]) => count) };
}

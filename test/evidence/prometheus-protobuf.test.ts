import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { readProtobufPage, type NamedMetrics } from '../../src/evidence/pod-page.ts';

const metrics: NamedMetrics = {
  path: '/metrics',
  requests: 'requests',
  latency: 'latency',
  errors: { label: 'status', pattern: '5..' },
};

/** As Prometheus' own schema has it, as far as it is needed here. */
const { root } = protobuf.parse(`
  syntax = "proto2";
  message LabelPair { optional string name = 1; optional string value = 2; }
  message Value { optional double value = 1; }
  message Span { optional sint32 offset = 1; optional uint32 length = 2; }
  message Bucket { optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional double cumulative_count_float = 4; }
  message Histogram {
    optional uint64 sample_count = 1; optional double sample_count_float = 4; repeated Bucket bucket = 3;
    optional sint32 schema = 5; optional double zero_threshold = 6; optional double zero_count_float = 8;
    repeated double negative_count = 11; repeated Span positive_span = 12; repeated double positive_count = 14;
  }
  message Metric {
    repeated LabelPair label = 1; optional Value gauge = 2; optional Value counter = 3; optional Value untyped = 5;
    optional Histogram histogram = 7;
  }
  message MetricFamily { optional string name = 1; repeated Metric metric = 4; }
`);
const family = root.lookupType('MetricFamily');

function page(...families: object[]): Uint8Array {
  return Buffer.concat(families.map((one) => family.encodeDelimited(family.fromObject(one)).finish()));
}

const requests = {
  name: 'requests',
  metric: [
    { label: [{ name: 'status', value: '200' }], counter: { value: 7 } },
    { label: [{ name: 'status', value: '500' }], untyped: { value: 2 } },
  ],
};

describe('the protobuf format', () => {
  it('has histograms that count in fractions', () => {
    const histogram = {
      sampleCountFloat: 10.5,
      schema: 0,
      zeroThreshold: 0.001,
      zeroCountFloat: 1.5,
      negativeCount: [0.5],
      positiveSpan: [
        { offset: -1, length: 2 },
        { offset: 1, length: 1 },
      ],
      positiveCount: [2, 3, 3.5],
    };
    const read = readProtobufPage(page(requests, { name: 'latency', metric: [{ histogram }] }), metrics);
    expect(read).toMatchObject({ requests: 9, errors: 2 });
    // Below 1/4 s the zero bucket and what is negative; then two buckets, one that is empty, and one.
    expect(read.latency).toMatchObject({ '0.25': 2, '0.5': 4, '1': 7, '2': 7, '4': 10.5, Infinity: 10.5 });
  });

  it('has classic histograms of whole numbers and of fractions, whose last bucket may be left out', () => {
    const whole = { sampleCount: 9, bucket: [{ cumulativeCount: 4, upperBound: 0.1 }] };
    const fractions = { sampleCountFloat: 2.5, bucket: [{ cumulativeCountFloat: 1.5, upperBound: 0.1 }] };
    const metric = [
      { label: [{ name: 'path', value: 'a' }], histogram: whole },
      { label: [{ name: 'path', value: 'b' }], histogram: fractions },
    ];
    const read = readProtobufPage(page(requests, { name: 'latency', metric }), metrics);
    expect(read.latency).toEqual({ '0.1': 5.5, Infinity: 11.5 });
  });

  it('tells when the process began', () => {
    const start = { name: 'process_start_time_seconds', metric: [{ gauge: { value: 1_700_000_000.5 } }] };
    expect(readProtobufPage(page(start, requests), metrics)).toMatchObject({ startedAt: 1_700_000_000.5, latency: {} });
  });

  it('without the counter is no answer', () => {
    expect(() => readProtobufPage(page({ name: 'other', metric: [] }), metrics)).toThrow('no counter requests');
  });
});

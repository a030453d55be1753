/**
 * The protobuf format of Prometheus: the only one in which pods expose native histograms.
 * https://github.com/prometheus/client_model/blob/v0.6.2/io/prometheus/client/metrics.proto
 */
import protobuf from 'protobufjs/light.js';
import type { NativeHistogram } from './native-histogram.ts';
import { samplesRead, type MetricSample } from './prometheus-text.ts';

export interface NamedHistogram {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: NativeHistogram;
}

/** What is asked for, and what else would do. */
export const protobufAccepted =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

export function isProtobuf(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/vnd.google.protobuf') === true;
}

const field = (id: number, type: string, rule?: 'repeated'): protobuf.IField =>
  rule === undefined ? { id, type } : { id, type, rule };

/** Of each message, the fields that are read. The metrics of a family stay bytes until it is one that is asked for. */
const messages = protobuf.Root.fromJSON({
  nested: {
    Family: { fields: { name: field(1, 'string'), metrics: field(4, 'bytes', 'repeated') } },
    Label: { fields: { name: field(1, 'string'), value: field(2, 'string') } },
    Value: { fields: { value: field(1, 'double') } },
    Bucket: { fields: { count: field(1, 'uint64'), countFloat: field(4, 'double'), bound: field(2, 'double') } },
    Span: { fields: { offset: field(1, 'sint32'), length: field(2, 'uint32') } },
    Histogram: {
      fields: {
        count: field(1, 'uint64'),
        countFloat: field(4, 'double'),
        buckets: field(3, 'Bucket', 'repeated'),
        schema: field(5, 'sint32'),
        zeroThreshold: field(6, 'double'),
        zeroCount: field(7, 'uint64'),
        zeroCountFloat: field(8, 'double'),
        negativeDeltas: field(10, 'sint64', 'repeated'),
        negativeCounts: field(11, 'double', 'repeated'),
        positiveSpans: field(12, 'Span', 'repeated'),
        positiveDeltas: field(13, 'sint64', 'repeated'),
        positiveCounts: field(14, 'double', 'repeated'),
      },
    },
    Metric: {
      fields: {
        labels: field(1, 'Label', 'repeated'),
        gauge: field(2, 'Value'),
        counter: field(3, 'Value'),
        untyped: field(5, 'Value'),
        histogram: field(7, 'Histogram'),
      },
    },
  },
});
const familyType = messages.lookupType('Family');
const metricType = messages.lookupType('Metric');
const asPlain = { longs: Number, defaults: true, arrays: true } as const;

interface Family {
  readonly name: string;
  readonly metrics: readonly Uint8Array[];
}

/** As the messages above are decoded, with whole numbers as numbers and nothing missing. */
interface Metric {
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly gauge: Value | null;
  readonly counter: Value | null;
  readonly untyped: Value | null;
  readonly histogram: Histogram | null;
}

interface Value {
  readonly value: number;
}

interface Histogram extends Counted {
  readonly buckets: readonly (Counted & { readonly bound: number })[];
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly zeroCountFloat: number;
  readonly negativeDeltas: readonly number[];
  readonly negativeCounts: readonly number[];
  readonly positiveSpans: readonly { readonly offset: number; readonly length: number }[];
  readonly positiveDeltas: readonly number[];
  readonly positiveCounts: readonly number[];
}

/** A histogram counts in whole numbers, or in others where it was computed from some. */
interface Counted {
  readonly count: number;
  readonly countFloat: number;
}

export interface ProtobufPage {
  /** As the text format would have them: a classic histogram's buckets are samples with a label `le`. */
  readonly samples: readonly MetricSample[];
  readonly histograms: readonly NamedHistogram[];
}

/**
 * The metrics of a page, of the families in `names` alone. A histogram that has classic buckets, too, is given by these.
 * Throws an Error where the page is broken, or has more samples than can be read.
 */
export function parsePrometheusProtobuf(page: Uint8Array, names: ReadonlySet<string>): ProtobufPage {
  const samples: MetricSample[] = [];
  const histograms: NamedHistogram[] = [];
  const reader = protobuf.Reader.create(page);
  while (reader.pos < reader.len) {
    const { name, metrics } = familyType.toObject(familyType.decodeDelimited(reader), asPlain) as Family;
    for (const bytes of names.has(name) ? metrics : []) {
      const metric = metricType.toObject(metricType.decode(bytes), asPlain) as Metric;
      const labels = Object.fromEntries(metric.labels.map((label) => [label.name, label.value]));
      samples.push(...samplesOf(name, labels, metric));
      if (metric.histogram !== null && isNative(metric.histogram)) {
        histograms.push({ name, labels, histogram: nativeOf(metric.histogram) });
      }
      if (samples.length + histograms.length >= samplesRead) throw new Error(`${samplesRead} samples or more`);
    }
  }
  return { samples, histograms };
}

function samplesOf(
  name: string,
  labels: MetricSample['labels'],
  { gauge, counter, untyped, histogram }: Metric,
): MetricSample[] {
  const single = counter ?? gauge ?? untyped;
  if (single !== null) return [{ name, labels, value: single.value }];
  if (histogram === null || histogram.buckets.length === 0) return [];
  const buckets = histogram.buckets.map((bucket) => [bucket.bound, countOf(bucket)] as const);
  return [...buckets, [Number.POSITIVE_INFINITY, countOf(histogram)] as const].map(([bound, count]) => ({
    name: `${name}_bucket`,
    labels: { ...labels, le: String(bound) },
    value: count,
  }));
}

/** As Prometheus tells them: a native one has at least a span of no buckets. */
function isNative({
  buckets,
  positiveSpans,
  negativeDeltas,
  negativeCounts,
  zeroThreshold,
  ...zero
}: Histogram): boolean {
  const hasZero = zeroThreshold > 0 || zero.zeroCount > 0 || zero.zeroCountFloat > 0;
  const isSparse = positiveSpans.length + negativeDeltas.length + negativeCounts.length > 0;
  return buckets.length === 0 && (hasZero || isSparse);
}

function nativeOf(histogram: Histogram): NativeHistogram {
  const { schema, zeroThreshold, zeroCount, zeroCountFloat, positiveSpans, positiveCounts, positiveDeltas } = histogram;
  const { negativeCounts, negativeDeltas } = histogram;
  const negative = negativeCounts.length > 0 ? negativeCounts : summedUp(negativeDeltas);
  return {
    schema,
    count: countOf(histogram),
    zeroThreshold,
    zeroCount: zeroCountFloat > 0 ? zeroCountFloat : zeroCount,
    positive: positiveSpans,
    positiveCounts: positiveCounts.length > 0 ? positiveCounts : summedUp(positiveDeltas),
    negativeCount: negative.reduce((sum, count) => sum + count, 0),
  };
}

function countOf({ count, countFloat }: Counted): number {
  return countFloat > 0 ? countFloat : count;
}

/** Each count is told as its difference from the one before. */
function summedUp(deltas: readonly number[]): number[] {
  let count = 0;
  return deltas.map((delta) => (count += delta));
}

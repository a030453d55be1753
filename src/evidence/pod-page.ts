/** The counters of one pod, from its page of metrics. Pure. */
import type { PodMetricsSpec } from '../domain/spec.ts';
import type { PodCounters } from './counters.ts';
import { addBuckets, type Buckets } from './histogram.ts';
import { labelMatcher, type LabelMatcher } from './label-matcher.ts';
import { parsePrometheusText, samplesRead, type MetricSample } from './prometheus-text.ts';

export type NamedMetrics = PodMetricsSpec;

/** What the client libraries of most languages expose by this name. */
const processStart = 'process_start_time_seconds';

/** Histograms of more bounds would not fit into what one worker leaves for another. */
const mostBuckets = 200;
/** A bound beyond thousands of years is none of a latency, and might have no number of milliseconds. */
const longestSeconds = 1e12;

/**
 * Throws an Error that says what is missing where the page does not have the metrics that the spec names, or has more
 * than can be read: a part of them could say the opposite of the whole.
 */
export function readPage(
  page: string,
  metrics: NamedMetrics,
  matches: LabelMatcher = labelMatcher(metrics.errors.pattern),
): PodCounters {
  const bucket = `${metrics.latency}_bucket`;
  // OpenMetrics names a counter without the suffix that its samples have.
  const counter = new Set([metrics.requests, `${metrics.requests}_total`]);
  const samples = parsePrometheusText(page, new Set([...counter, bucket, processStart]));
  if (samples.length >= samplesRead) throw new Error(`${samplesRead} samples of the metrics or more`);
  const requests = eachOnce(samples.filter(({ name, value }) => counter.has(name) && isCount(value)));
  if (requests.length === 0) throw new Error(`no counter ${metrics.requests}`);
  const startedAt = samples.find(({ name, value }) => name === processStart && Number.isFinite(value))?.value;
  return {
    requests: sum(requests),
    errors: sum(failed(requests, metrics.errors.label, matches)),
    latency: bucketsOf(samples.filter(({ name }) => name === bucket)),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** A counter beyond this could not count one more; and no sum of such ones is endless. */
function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** A series that is there twice counts once, as it stands last. */
function eachOnce(samples: readonly MetricSample[]): MetricSample[] {
  const series = new Map(samples.map((sample) => [keyOf(sample.name, sample.labels), sample]));
  return [...series.values()];
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The whole value of the label has to match, as in Prometheus. */
function failed(samples: readonly MetricSample[], label: string, matches: LabelMatcher): MetricSample[] {
  const valueOf = ({ labels }: MetricSample): string => (Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  const values = [...new Set(samples.map(valueOf))];
  const answers = matches(values);
  const failing = new Set(values.filter((_value, index) => answers[index] === true));
  return samples.filter((sample) => failing.has(valueOf(sample)));
}

/** The histogram of all series together. */
function bucketsOf(samples: readonly MetricSample[]): Buckets {
  const series = new Map<string, Record<string, number>>();
  for (const { labels, value } of samples) {
    const { le, ...others } = labels;
    if (le === undefined || !isCount(value)) continue;
    const bound = /^\+?inf$/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
    if (Number.isNaN(bound) || (Number.isFinite(bound) && Math.abs(bound) > longestSeconds)) continue;
    const key = keyOf('', others);
    const buckets = series.get(key) ?? {};
    buckets[String(bound)] = value;
    series.set(key, buckets);
  }
  const most = [...series.values()].reduce((longest, buckets) => Math.max(longest, Object.keys(buckets).length), 0);
  if (most > mostBuckets) throw new Error(`a histogram of ${most} buckets: ${mostBuckets} can be read`);
  return [...series.values()].reduce<Buckets>(addBuckets, {});
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** The counters of one pod, from its page of metrics. Pure. */
import type { MetricsSpec } from '../domain/spec.ts';
import type { PodCounters } from './counters.ts';
import { addBuckets, type Buckets } from './histogram.ts';
import { parsePrometheusText, type MetricSample } from './prometheus-text.ts';

export type NamedMetrics = Exclude<MetricsSpec, 'none'>;

/** What the client libraries of most languages expose by this name. */
const processStart = 'process_start_time_seconds';

/** Throws an Error that says what is missing where the page does not have the metrics that the spec names. */
export function readPage(page: string, metrics: NamedMetrics): PodCounters {
  const bucket = `${metrics.latency}_bucket`;
  // OpenMetrics names a counter without the suffix that its samples have.
  const counter = new Set([metrics.requests, `${metrics.requests}_total`]);
  const samples = parsePrometheusText(page, new Set([...counter, bucket, processStart]));
  const requests = samples.filter(({ name, value }) => counter.has(name) && Number.isFinite(value) && value >= 0);
  if (requests.length === 0) throw new Error(`no counter ${metrics.requests}`);
  const startedAt = samples.find(({ name, value }) => name === processStart && Number.isFinite(value))?.value;
  return {
    requests: sum(requests),
    errors: sum(requests.filter(failedBy(metrics.errors))),
    latency: bucketsOf(samples.filter(({ name }) => name === bucket)),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** The whole value of the label has to match, as in Prometheus. */
function failedBy({ label, pattern }: NamedMetrics['errors']): (sample: MetricSample) => boolean {
  const failed = new RegExp(`^(?:${pattern})$`);
  const known = new Map<string, boolean>();
  return ({ labels }) => {
    const value = Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
    const answer = known.get(value) ?? failed.test(value);
    known.set(value, answer);
    return answer;
  };
}

/** The histogram of all series together. */
function bucketsOf(samples: readonly MetricSample[]): Buckets {
  const series = new Map<string, Record<string, number>>();
  for (const { labels, value } of samples) {
    const { le, ...others } = labels;
    if (le === undefined || !Number.isFinite(value)) continue;
    const bound = /^\+?inf$/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
    if (Number.isNaN(bound)) continue;
    const key = JSON.stringify(others);
    const buckets = series.get(key) ?? {};
    buckets[String(bound)] = value;
    series.set(key, buckets);
  }
  return [...series.values()].reduce<Buckets>(addBuckets, {});
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

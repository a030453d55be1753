/** What a pod's page of metrics lacks of what the spec names. Pure. */
import { nearest } from '../domain/spelling.ts';
import type { PodMetricsSpec, RequestsOnly } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { countedRequests } from './counted-requests.ts';
import { boundMistakes, type LatencyLimit } from './latency-limits.ts';
import { labelMatcher } from './label-matcher.ts';
import { metricTypes, parsePrometheusText, type MetricSample } from './prometheus-text.ts';

export function pageMistakes(page: string, metrics: PodMetricsSpec, limits: readonly LatencyLimit[]): SpecMistake[] {
  const exposed: Exposed = { samples: parsePrometheusText(page), types: metricTypes(page) };
  return [
    ...counterMistakes(exposed, metrics),
    ...onlyMistakes(exposed.samples, metrics, limits.length > 0),
    ...histogramMistakes(exposed, metrics, limits),
  ];
}

interface Exposed {
  readonly samples: readonly MetricSample[];
  readonly types: ReadonlyMap<string, string>;
}

function counterMistakes(exposed: Exposed, { requests, errors }: PodMetricsSpec): SpecMistake[] {
  const counters = exposed.samples.filter(({ name }) => name === requests || name === `${requests}_total`);
  // OpenMetrics names the type of a counter without the suffix that its samples have.
  const type = exposed.types.get(requests) ?? exposed.types.get(requests.replace(/_total$/, ''));
  if (counters.length === 0) return [{ path: 'metrics.requests', message: absent('counter', requests, exposed) }];
  if (type !== undefined && !mayCount.has(type))
    return [{ path: 'metrics.requests', message: `${requests} is a ${type}, not a counter` }];
  return errorMistakes(counters, requests, errors);
}

const mayCount: ReadonlySet<string> = new Set(['counter', 'untyped', 'unknown']);

/** What leaves no request that could be told to have failed. */
function errorMistakes(
  counters: readonly MetricSample[],
  requests: string,
  { label, pattern }: PodMetricsSpec['errors'],
): SpecMistake[] {
  const values = valuesOf(counters, label);
  if (values.length === 0) {
    const labels = [...new Set(counters.flatMap(({ labels: own }) => Object.keys(own)))];
    const message = `${requests} has no label ${label}, so that no error could be told: ${labelsOf(labels)}`;
    return [{ path: 'metrics.errors.label', message }];
  }
  const areStatuses = values.every((value) => statuses.includes(value));
  if (!areStatuses || labelMatcher(pattern)(statuses).includes(true)) return [];
  const message = `${pattern} matches no status of 100 to 599 as a whole, so that no error could be told: ${label} has ${firstOf(values)}`;
  return [{ path: 'metrics.errors.pattern', message }];
}

const statuses = Array.from({ length: 500 }, (_, index) => String(100 + index));

/** A label that the counter or the histogram lacks would leave nothing to count. */
function onlyMistakes(
  samples: readonly MetricSample[],
  { requests, latency, only }: PodMetricsSpec,
  isLatencyLimited: boolean,
): SpecMistake[] {
  if (only === undefined) return [];
  const wanted = [[requests, `${requests}_total`], ...(isLatencyLimited ? [[`${latency}_bucket`]] : [])];
  return wanted.flatMap((names) => {
    const series = samples.filter(({ name }) => names.includes(name));
    const mistake = series.length === 0 ? null : onlyMistake(series, only);
    return mistake === null ? [] : [{ ...mistake, message: `${names[0]} has ${mistake.message}` }];
  });
}

function onlyMistake(series: readonly MetricSample[], only: RequestsOnly): SpecMistake | null {
  const { label, pattern } = only;
  const values = valuesOf(series, label);
  if (values.length === 0) {
    const labels = [...new Set(series.flatMap(({ labels: own }) => Object.keys(own)))];
    const message = `no label ${label}, so that nothing of it would count: ${labelsOf(labels)}`;
    return { path: 'metrics.only.label', message };
  }
  if (countedRequests(only)(series, '').length > 0) return null;
  const message = `no ${label} that matches ${pattern} as a whole, so that nothing of it would count yet: it has ${firstOf(values)}`;
  return { path: 'metrics.only.pattern', message };
}

function valuesOf(series: readonly MetricSample[], label: string): string[] {
  return [...new Set(series.flatMap(({ labels }) => (Object.hasOwn(labels, label) ? [labels[label] ?? ''] : [])))];
}

function labelsOf(labels: readonly string[]): string {
  return labels.length === 0 ? 'it has no labels' : `it has ${firstOf(labels)}`;
}

function firstOf(words: readonly string[]): string {
  return words.slice(0, 10).join(', ');
}

function histogramMistakes(
  exposed: Exposed,
  { latency }: PodMetricsSpec,
  limits: readonly LatencyLimit[],
): SpecMistake[] {
  if (limits.length === 0) return [];
  const buckets = exposed.samples.filter(({ name }) => name === `${latency}_bucket`);
  if (buckets.length === 0) {
    const words = `${absent('histogram', latency, exposed)}; without one, set the thresholds p95 and p99 to null`;
    return [{ path: 'metrics.latency', message: words }];
  }
  const bounds = buckets.map(({ labels }) => Number(labels['le'] ?? Number.NaN));
  return boundMistakes(bounds, limits, latency);
}

function absent(kind: 'counter' | 'histogram', name: string, { samples, types }: Exposed): string {
  const known = [...new Set(samples.map((sample) => sample.name.replace(/_(bucket|count|sum)$/, '')))];
  if (known.includes(name)) return `${name} is ${otherKind(name, types)}, not a ${kind}`;
  const meant = known.find((one) => plain(one) === nearest(name, known.map(plain)));
  const hint = meant === undefined ? 'it may come with the first request' : `did you mean ${meant}?`;
  return `the pod exposes no ${kind} ${name}: ${hint}`;
}

function otherKind(name: string, types: ReadonlyMap<string, string>): string {
  const type = types.get(name) ?? types.get(name.replace(/_total$/, ''));
  if (type !== undefined) return `a ${type}`;
  return name.endsWith('_total') ? 'a counter' : 'something else';
}

/** As names are compared. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

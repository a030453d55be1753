/** What a pod's page of metrics lacks of what the spec names. Pure. */
import { nearest } from '../domain/spelling.ts';
import type { PodMetricsSpec, RequestsOnly } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { countedRequests } from './counted-requests.ts';
import { boundMistakes, type LatencyLimit } from './latency-limits.ts';
import { parsePrometheusText, type MetricSample } from './prometheus-text.ts';

export function pageMistakes(page: string, metrics: PodMetricsSpec, limits: readonly LatencyLimit[]): SpecMistake[] {
  const samples = parsePrometheusText(page);
  return [
    ...counterMistakes(samples, metrics),
    ...onlyMistakes(samples, metrics, limits.length > 0),
    ...histogramMistakes(samples, metrics, limits),
  ];
}

function counterMistakes(samples: readonly MetricSample[], { requests, errors }: PodMetricsSpec): SpecMistake[] {
  const counters = samples.filter(({ name }) => name === requests || name === `${requests}_total`);
  if (counters.length === 0) return [{ path: 'metrics.requests', message: absent('counter', requests, samples) }];
  if (counters.some(({ labels }) => Object.hasOwn(labels, errors.label))) return [];
  const labels = [...new Set(counters.flatMap(({ labels: own }) => Object.keys(own)))];
  return [
    {
      path: 'metrics.errors.label',
      message: `${requests} has no label ${errors.label}, so that no error could be told: ${labelsOf(labels)}`,
    },
  ];
}

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
  const values = [
    ...new Set(series.flatMap(({ labels }) => (Object.hasOwn(labels, label) ? [labels[label] ?? ''] : []))),
  ];
  if (values.length === 0) {
    const labels = [...new Set(series.flatMap(({ labels: own }) => Object.keys(own)))];
    const message = `no label ${label}, so that nothing of it would count: ${labelsOf(labels)}`;
    return { path: 'metrics.only.label', message };
  }
  if (countedRequests(only)(series, '').length > 0) return null;
  const known = values.slice(0, 10).join(', ');
  const message = `no ${label} that matches ${pattern} as a whole, so that nothing of it would count yet: it has ${known}`;
  return { path: 'metrics.only.pattern', message };
}

function labelsOf(labels: readonly string[]): string {
  return labels.length === 0 ? 'it has no labels' : `it has ${labels.slice(0, 10).join(', ')}`;
}

function histogramMistakes(
  samples: readonly MetricSample[],
  { latency }: PodMetricsSpec,
  limits: readonly LatencyLimit[],
): SpecMistake[] {
  if (limits.length === 0) return [];
  const buckets = samples.filter(({ name }) => name === `${latency}_bucket`);
  if (buckets.length === 0) {
    const words = `${absent('histogram', latency, samples)}; without one, set the thresholds p95 and p99 to null`;
    return [{ path: 'metrics.latency', message: words }];
  }
  const bounds = buckets.map(({ labels }) => Number(labels['le'] ?? Number.NaN));
  return boundMistakes(bounds, limits, latency);
}

function absent(kind: string, name: string, samples: readonly MetricSample[]): string {
  const known = [...new Set(samples.map((sample) => sample.name.replace(/_(bucket|count|sum)$/, '')))];
  const meant = known.find((one) => plain(one) === nearest(name, known.map(plain)));
  const hint = meant === undefined ? 'it may come with the first request' : `did you mean ${meant}?`;
  return `the pod exposes no ${kind} ${name}: ${hint}`;
}

/** As names are compared. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

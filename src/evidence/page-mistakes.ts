/** What a pod's page of metrics lacks of what the spec names. Pure. */
import { nearest } from '../domain/spelling.ts';
import type { PodMetricsSpec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import { boundMistakes, type LatencyLimit } from './latency-limits.ts';
import { parsePrometheusText, type MetricSample } from './prometheus-text.ts';

export function pageMistakes(page: string, metrics: PodMetricsSpec, limits: readonly LatencyLimit[]): SpecMistake[] {
  const samples = parsePrometheusText(page);
  return [...counterMistakes(samples, metrics), ...histogramMistakes(samples, metrics, limits)];
}

function counterMistakes(samples: readonly MetricSample[], { requests, errors }: PodMetricsSpec): SpecMistake[] {
  const counters = samples.filter(({ name }) => name === requests || name === `${requests}_total`);
  if (counters.length === 0) return [{ path: 'metrics.requests', message: absent('counter', requests, samples) }];
  if (counters.some(({ labels }) => Object.hasOwn(labels, errors.label))) return [];
  const labels = [...new Set(counters.flatMap(({ labels: own }) => Object.keys(own)))];
  const has = labels.length === 0 ? 'it has no labels' : `it has ${labels.slice(0, 10).join(', ')}`;
  return [
    {
      path: 'metrics.errors.label',
      message: `${requests} has no label ${errors.label}, so that no error could be told: ${has}`,
    },
  ];
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

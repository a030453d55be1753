/** The metrics of a watch as people read them: a slot's value, and the limit that the spec sets. */
import { formatDuration } from '../../domain/duration.ts';
import type { MetricName, SlotMeasurement } from '../../domain/evidence.ts';
import { percentage } from '../../domain/percentage.ts';
import type { WatchSpec } from '../../domain/spec.ts';

export interface Metric {
  readonly name: MetricName;
  readonly label: string;
  readonly value: (slot: SlotMeasurement) => string;
  readonly limit: (limits: WatchSpec) => string;
}

export const metrics: readonly Metric[] = [
  {
    name: 'requests',
    label: 'requests',
    value: ({ requests }) => whole(requests),
    limit: ({ minimumRequests }) => `≥ ${minimumRequests}`,
  },
  {
    name: 'error-rate',
    label: 'error rate',
    value: ({ errorRate }) => percent(errorRate),
    limit: ({ thresholds }) => atMost(thresholds.errorRate === null ? null : percent(thresholds.errorRate)),
  },
  {
    name: 'p95',
    label: 'P95',
    value: ({ p95Ms }) => milliseconds(p95Ms),
    limit: ({ thresholds }) => atMost(thresholds.p95),
  },
  {
    name: 'p99',
    label: 'P99',
    value: ({ p99Ms }) => milliseconds(p99Ms),
    limit: ({ thresholds }) => atMost(thresholds.p99),
  },
  {
    name: 'restarts',
    label: 'restarts',
    value: ({ restarts }) => whole(restarts),
    limit: ({ thresholds }) => atMost(thresholds.restarts === null ? null : whole(thresholds.restarts)),
  },
  {
    name: 'readiness',
    label: 'ready',
    value: ({ readyPods, desiredPods }) => `${readyPods}/${desiredPods}`,
    limit: () => 'all',
  },
];

export function whole(value: number | null): string {
  return value === null ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

export function percent(share: number | null): string {
  return share === null ? '–' : percentage(share);
}

export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value === 0) return '0';
  return value < 10 ? `${value.toFixed(1)}ms` : formatDuration(value);
}

/** Per second. */
export function rate(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function atMost(limit: string | null): string {
  return limit === null ? 'off' : `≤ ${limit}`;
}

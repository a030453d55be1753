/** The pods' own metrics: each ready pod of a slot is asked for its page in the text format of Prometheus. */
import type { MetricsSpec } from '../domain/spec.ts';
import type { Way } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { PodCounters } from './counters.ts';
import type { Buckets } from './histogram.ts';
import { parsePrometheusText, type MetricSample } from './prometheus-text.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export interface PodsMetricsOptions {
  readonly way: Way;
  readonly metrics: Exclude<MetricsSpec, 'none'>;
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
  readonly port: number;
}

const pageBytes = 5 * 1024 * 1024;
const timeoutMs = 3_000;

/** A slot is measured only when every one of its ready pods was: a part of them could hide the one that fails. */
export function podsMetrics({ way, metrics, pods, port }: PodsMetricsOptions): Source {
  const scrape = async ({ spec }: Subject, pod: PodView, signal: AbortSignal): Promise<PodCounters> => {
    const target = {
      kind: 'pod',
      namespace: spec.namespace,
      name: pod.name,
      ip: pod.ip ?? '',
      port: metrics.port ?? port,
    } as const;
    const request = { method: 'GET', path: metrics.path, headers: {} } as const;
    const answer = await way.request(target, request, { timeoutMs, signal, maximumBytes: pageBytes });
    if (answer.status !== 200) throw new Error(`${pod.name}${metrics.path} answered ${answer.status}`);
    return readCounters(parsePrometheusText(answer.body), metrics, pod.name);
  };
  return {
    name: 'pod metrics',
    async sample(subject: Subject, signal: AbortSignal): Promise<Reading> {
      const ready = (await pods(subject)).filter((pod) => pod.ready);
      if (ready.length === 0) return unmeasured('no pod is ready');
      try {
        const counters = await Promise.all(
          ready.map(async (pod) => [pod.uid, await scrape(subject, pod, signal)] as const),
        );
        return { kind: 'sample', sample: { counters: Object.fromEntries(counters) } };
      } catch (error) {
        signal.throwIfAborted();
        return unmeasured(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** The counters of one pod, from its page. Throws where the page does not have the metrics that the spec names. */
export function readCounters(
  samples: readonly MetricSample[],
  metrics: Exclude<MetricsSpec, 'none'>,
  pod: string,
): PodCounters {
  const requests = samples.filter(({ name, value }) => name === metrics.requests && Number.isFinite(value));
  if (requests.length === 0) throw new Error(`${pod}${metrics.path} has no counter ${metrics.requests}`);
  const failed = new RegExp(`^(?:${metrics.errors.pattern})$`);
  const errors = requests.filter(({ labels }) => failed.test(labels[metrics.errors.label] ?? ''));
  return { requests: sum(requests), errors: sum(errors), latency: bucketsOf(samples, `${metrics.latency}_bucket`) };
}

function bucketsOf(samples: readonly MetricSample[], name: string): Buckets {
  const buckets: Record<string, number> = {};
  for (const sample of samples) {
    const bound = sample.labels['le'];
    if (sample.name !== name || bound === undefined || !Number.isFinite(sample.value)) continue;
    const key = String(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound));
    buckets[key] = (buckets[key] ?? 0) + sample.value;
  }
  return buckets;
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

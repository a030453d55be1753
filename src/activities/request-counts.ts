import type { Spec } from '../domain/spec.ts';
import type { Background } from '../evidence/pod-page.ts';
import { podsMetrics } from '../evidence/pods-metrics.ts';
import type { PrometheusApi } from '../evidence/prometheus/api.ts';
import { prometheusCounters } from '../evidence/prometheus/counters.ts';
import type { Source, Subject } from '../evidence/source.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { Dependencies } from './dependencies.ts';

interface Counting {
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
  /** Where the pods listen. */
  readonly port: number;
  readonly prometheus: () => Promise<PrometheusApi>;
  readonly background: (subject: Subject, pod: PodView) => Background;
}

/** Where the requests are counted: on the pods' own pages, or by a Prometheus server; null where they are not. */
export function requestCounts(
  { access }: Pick<Dependencies, 'access'>,
  { metrics, access: way }: Spec,
  { pods, port, prometheus, background }: Counting,
): Source | null {
  if (metrics === 'none') return null;
  if ('prometheus' in metrics) return prometheusCounters({ prometheus, metrics: metrics.prometheus, pods, background });
  return podsMetrics({ way: access[way], metrics, pods, port, background });
}

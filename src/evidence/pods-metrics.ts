/** The pods' own metrics: each ready pod of a slot is asked for its page in the text format of Prometheus. */
import { AccessError, type Transport } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { concurrently } from './concurrently.ts';
import type { PodCounters } from './counters.ts';
import { labelMatcher } from './label-matcher.ts';
import { readPage, type NamedMetrics } from './pod-page.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export interface PodsMetricsOptions {
  readonly way: Transport;
  readonly metrics: NamedMetrics;
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
  /** Where the pods listen, unless the metrics have a port of their own. */
  readonly port: number;
}

const pageBytes = 5 * 1024 * 1024;
const timeoutMs = 3_000;
const atOnce = 32;
const reasonsKept = 5;

/** Reads every ready pod of a slot: what could not be read might hide the pod that fails, so it is told. */
export function podsMetrics({ way, metrics, pods, port }: PodsMetricsOptions): Source {
  const matches = labelMatcher(metrics.errors.pattern);
  const read = async (namespace: string, pod: PodView, signal: AbortSignal): Promise<PodCounters> => {
    const { name, ip } = pod;
    if (ip === null) throw new Error('the pod has no address');
    const target = { kind: 'pod', namespace, name, ip, port: metrics.port ?? port } as const;
    const answer = await way.request(target, { path: metrics.path }, { timeoutMs, signal, maxBodyBytes: pageBytes });
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    if (answer.truncated) throw new Error(`longer than ${pageBytes / 1024 / 1024} MiB`);
    return readPage(answer.body, metrics, matches);
  };
  return {
    name: 'pod metrics',
    async sample(subject, signal): Promise<Reading> {
      const ready = (await pods(subject)).filter((pod) => pod.ready);
      if (ready.length === 0) return unmeasured('no pod is ready');
      const counters: Record<string, PodCounters> = {};
      const unread: string[] = [];
      const missed = new Set<string>();
      await concurrently(ready, atOnce, async (pod) => {
        try {
          counters[pod.uid] = await read(subject.spec.namespace, pod, signal);
        } catch (error) {
          signal.throwIfAborted();
          unread.push(pod.uid);
          missed.add(`${metrics.path}: ${reasonOf(error)}`.slice(0, 300));
        }
      });
      return { kind: 'sample', sample: { counters, unread }, missed: [...missed].slice(0, reasonsKept) };
    },
  };
}

/** Without the pod's name: many pods have the same trouble. */
function reasonOf(error: unknown): string {
  if (error instanceof AccessError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

/** The pods' own metrics: each ready pod of a slot is asked for its page. */
import { reasonOf } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { concurrently } from './concurrently.ts';
import type { PodCounters } from './counters.ts';
import { podReader, type PodReaderOptions } from './pod-reader.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export interface PodsMetricsOptions extends PodReaderOptions {
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
}

const atOnce = 32;
const reasonsKept = 5;

/** Reads every ready pod of a slot: what could not be read might hide the pod that fails, so it is told. */
export function podsMetrics({ pods, ...options }: PodsMetricsOptions): Source {
  const { metrics } = options;
  const read = podReader(options);
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
          counters[pod.uid] = await read(subject, pod, signal);
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

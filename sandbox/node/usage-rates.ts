import type { NodePods } from './pods.ts';
import { sampleContainers } from './kubelet-metrics.ts';

/** What a container used between the last two samples. */
export interface ContainerUsage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** In cores. */
  readonly cpu: number;
  readonly memoryBytes: number;
}

export interface NodeUsage {
  /** When the newer sample was taken. */
  readonly at: Date;
  readonly windowMs: number;
  readonly containers: readonly ContainerUsage[];
}

const SAMPLE_EVERY_MS = 2_000;

/**
 * Samples the containers of the node until the signal aborts, and ends those that use more memory than they may; tells the
 * usage between the last two samples.
 */
export function followUsage(pods: NodePods, stopped: AbortSignal): () => NodeUsage {
  let usage: NodeUsage = { at: new Date(), windowMs: SAMPLE_EVERY_MS, containers: [] };
  let before: { readonly at: number; readonly cpuSeconds: ReadonlyMap<string, number> } | undefined;
  const sample = async () => {
    const at = performance.now();
    const samples = (await sampleContainers(pods)).map((one) => ({ ...one, key: `${one.uid}/${one.container}` }));
    for (const { namespace, pod, container, usage: used } of samples) {
      const runner = pods.find(namespace, pod)?.containers.find(({ name }) => name === container);
      runner?.enforceMemoryLimit(used.memoryBytes);
    }
    const windowMs = at - (before?.at ?? at);
    usage = {
      at: new Date(),
      windowMs,
      containers: samples.flatMap(({ namespace, pod, container, key, usage: { cpuSeconds, memoryBytes } }) => {
        const earlier = before?.cpuSeconds.get(key);
        // One that was not there yet, or has begun anew since.
        if (earlier === undefined || cpuSeconds < earlier) return [];
        return [{ namespace, pod, container, cpu: ((cpuSeconds - earlier) * 1000) / windowMs, memoryBytes }];
      }),
    };
    before = { at, cpuSeconds: new Map(samples.map(({ key, usage: { cpuSeconds } }) => [key, cpuSeconds])) };
  };
  const timer = setInterval(() => void sample(), SAMPLE_EVERY_MS);
  stopped.addEventListener('abort', () => clearInterval(timer));
  return () => usage;
}

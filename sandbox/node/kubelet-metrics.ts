import { freemem, totalmem } from 'node:os';
import type { NodePods } from './pods.ts';
import { readResourceUsage, type ResourceUsage } from './resource-usage.ts';

interface ContainerSample {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly usage: ResourceUsage;
}

/** What the containers of the node use now. */
export async function sampleContainers(pods: NodePods): Promise<ContainerSample[]> {
  const usage = await readResourceUsage();
  return pods.all().flatMap(({ pod, uid, containers }) =>
    containers.flatMap(({ name, processGroup }) => {
      const used = processGroup === undefined ? undefined : usage.get(processGroup);
      const { namespace = '', name: podName = '' } = pod.metadata ?? {};
      return used ? [{ namespace, pod: podName, uid, container: name, usage: used }] : [];
    }),
  );
}

const SERIES = [
  [
    'container_cpu_usage_seconds_total',
    'counter',
    'Cumulative cpu time of the container in core-seconds',
    'cpuSeconds',
  ],
  ['container_memory_working_set_bytes', 'gauge', 'Resident memory of the container in bytes', 'memoryBytes'],
] as const;

/** The body of /metrics/resource, in Prometheus' text format. */
export function renderResourceMetrics(samples: readonly ContainerSample[]): string {
  const lines: string[] = [];
  for (const [name, type, help, field] of SERIES) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { namespace, pod, container, usage } of samples) {
      lines.push(`${name}{container="${container}",namespace="${namespace}",pod="${pod}"} ${usage[field]}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The body of /stats/summary. */
export function renderSummary(nodeName: string, samples: readonly ContainerSample[], now: Date): object {
  const stats = ({ cpuSeconds, memoryBytes }: ResourceUsage) => ({
    cpu: { time: now, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
    memory: { time: now, workingSetBytes: memoryBytes, rssBytes: memoryBytes },
  });
  const uids = [...new Set(samples.map(({ uid }) => uid))];
  const byPod = uids.map((uid) => samples.filter((sample) => sample.uid === uid));
  const used = totalmem() - freemem();
  return {
    node: { nodeName, memory: { time: now, availableBytes: freemem(), workingSetBytes: used } },
    pods: byPod.map((containers) => ({
      podRef: { name: containers[0]?.pod, namespace: containers[0]?.namespace, uid: containers[0]?.uid },
      ...stats(sum(containers)),
      containers: containers.map(({ container, usage }) => ({ name: container, ...stats(usage) })),
    })),
  };
}

function sum(samples: readonly ContainerSample[]): ResourceUsage {
  return {
    cpuSeconds: samples.reduce((total, { usage }) => total + usage.cpuSeconds, 0),
    memoryBytes: samples.reduce((total, { usage }) => total + usage.memoryBytes, 0),
  };
}

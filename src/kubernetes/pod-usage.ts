/** What pods use, by the resource metrics API, which metrics-server serves where it is installed. */
import { ApiException } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import type { Cluster } from './cluster.ts';
import { parseQuantity } from './preflight/quantity.ts';
import { podsOf, type SlotReference } from './slot.ts';

/** Of all containers of a pod together. */
export interface PodUsage {
  /** In cores. */
  readonly cpu: number;
  readonly memoryBytes: number;
}

export type SlotUsageReading =
  { readonly kind: 'usage'; readonly pods: readonly PodUsage[] } | { readonly kind: 'absent'; readonly why: string };

interface PodMetricsList {
  readonly items: readonly {
    readonly containers: readonly { readonly usage: { readonly cpu?: string; readonly memory?: string } }[];
  }[];
}

/** Rejects where the API is there, and did not answer. */
export async function readPodUsage(cluster: Cluster, reference: SlotReference): Promise<SlotUsageReading> {
  const { labelSelector } = podsOf(reference);
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${reference.namespace}/pods`;
  try {
    // Whoever watches looks again.
    const { items } = await cluster.api.json<PodMetricsList>({ path, query: { labelSelector }, once: true });
    return { kind: 'usage', pods: items.map(({ containers }) => usageOf(containers)) };
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) {
      return { kind: 'absent', why: 'the cluster has no metrics API (metrics.k8s.io): install metrics-server' };
    }
    if (error instanceof DeploymentError && error.failure === 'Forbidden') {
      return { kind: 'absent', why: error.message };
    }
    throw error;
  }
}

function usageOf(containers: PodMetricsList['items'][number]['containers']): PodUsage {
  return {
    cpu: containers.reduce((sum, { usage }) => sum + (parseQuantity(usage.cpu ?? '') ?? 0), 0),
    memoryBytes: containers.reduce((sum, { usage }) => sum + (parseQuantity(usage.memory ?? '') ?? 0), 0),
  };
}

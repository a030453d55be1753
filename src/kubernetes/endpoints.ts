/** Where a Service sends connections: its EndpointSlices, against the pods of the slot that it should reach. */
import type { V1EndpointSlice } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import type { PodView } from './pod.ts';
import type { ServiceReference } from './production.ts';
import { podSource } from './ready-pods.ts';
import type { SlotReference } from './slot.ts';
import { waitUntil } from './wait.ts';

export interface EndpointsWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type EndpointsResult =
  { readonly exact: true; readonly endpoints: number } | { readonly exact: false; readonly difference: string };

/**
 * Resolves as soon as the Service's EndpointSlices hold exactly the ready pods of the slot (null: no pod at all), or
 * with the difference when the time is over.
 */
export async function waitForEndpoints(
  cluster: Cluster,
  service: ServiceReference,
  slot: SlotReference | null,
  { timeoutMs, signal }: EndpointsWait,
): Promise<EndpointsResult> {
  let difference = 'the EndpointSlices could not be read';
  const look = (slices: readonly Json<V1EndpointSlice>[], pods: readonly PodView[]): number | null => {
    const found = compareEndpoints(slices, pods);
    if (found.exact) return found.endpoints;
    difference = found.difference;
    return null;
  };
  const slices = {
    path: `/apis/discovery.k8s.io/v1/namespaces/${service.namespace}/endpointslices`,
    labelSelector: `kubernetes.io/service-name=${service.service}`,
    read: (slice: Json<V1EndpointSlice>) => slice,
  };
  const waited =
    slot === null
      ? await waitUntil(cluster, { sources: { slices }, look: (seen) => look(seen.slices, []), timeoutMs, signal })
      : await waitUntil(cluster, {
          sources: { slices, pods: podSource(slot) },
          look: (seen) => look(seen.slices, seen.pods),
          timeoutMs,
          signal,
        });
  if (waited.reached) return { exact: true, endpoints: waited.value };
  return { exact: false, difference: waited.trouble === null ? difference : `${difference}; ${waited.trouble}` };
}

/** Compares by the pods that the ready endpoints point at. */
export function compareEndpoints(slices: readonly Json<V1EndpointSlice>[], pods: readonly PodView[]): EndpointsResult {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const reached = new Set(
    endpoints
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ targetRef, addresses }) => targetRef?.uid ?? addresses[0] ?? ''),
  );
  const ready = new Set(pods.filter((pod) => pod.ready).map(({ uid }) => uid));
  const missing = [...ready].filter((uid) => !reached.has(uid)).length;
  const foreign = [...reached].filter((uid) => !ready.has(uid)).length;
  if (missing === 0 && foreign === 0) return { exact: true, endpoints: reached.size };
  return {
    exact: false,
    difference: `the EndpointSlices lack ${missing} of ${ready.size} ready pods and hold ${foreign} others`,
  };
}

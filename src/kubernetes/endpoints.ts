/** Where a Service sends connections: its EndpointSlices, against the pods of the slot that it should reach. */
import type { V1EndpointSlice } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import type { Source } from './follow.ts';
import type { PodView } from './pod.ts';
import {
  describeSelector,
  noSlot,
  productionSource,
  type ProductionService,
  type ServiceReference,
} from './production.ts';
import { podSource } from './ready-pods.ts';
import type { SlotReference } from './slot.ts';
import { waitUntil } from './wait.ts';

export interface EndpointsWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type EndpointsResult =
  | { readonly exact: true; readonly endpoints: number }
  /** `isLate` where the time was over, and nothing else had happened to the Service. */
  | { readonly exact: false; readonly difference: string; readonly isLate?: true };

/**
 * Resolves as soon as the Service's EndpointSlices hold exactly the ready pods of the slot (null: no pod at all), or
 * with the difference when the time is over or the Service selects something else.
 */
export async function waitForEndpoints(
  cluster: Cluster,
  reference: ServiceReference,
  slot: SlotReference | null,
  { timeoutMs, signal }: EndpointsWait,
): Promise<EndpointsResult> {
  let seen: EndpointsResult = { exact: false, difference: 'the EndpointSlices could not be read' };
  const waited = await waitUntil(cluster, {
    sources: {
      services: productionSource(reference),
      slices: sliceSource(reference),
      ...(slot === null ? {} : { pods: podSource(slot) }),
    },
    look: ({ services: [service], slices, pods }) => {
      if (service?.selector['version'] !== (slot?.slot ?? noSlot)) return switchedAway(reference, service);
      seen = compareEndpoints(slices, pods ?? []);
      return seen.exact ? seen : null;
    },
    timeoutMs,
    signal,
  });
  if (waited.reached) return waited.value;
  if (seen.exact) return seen;
  const trouble = waited.trouble === null ? '' : `; ${waited.trouble}`;
  return { exact: false, difference: `${seen.difference}${trouble}`, isLate: true };
}

function sliceSource({ namespace, service }: ServiceReference): Source<Json<V1EndpointSlice>> {
  return {
    path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    labelSelector: `kubernetes.io/service-name=${service}`,
    read: (slice: Json<V1EndpointSlice>) => slice,
  };
}

function switchedAway({ service }: ServiceReference, now: ProductionService | undefined): EndpointsResult {
  const selects = now === undefined ? 'is gone' : `selects ${describeSelector(now.selector)} by now`;
  return { exact: false, difference: `the Service "${service}" ${selects}` };
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

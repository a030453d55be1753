/** Everything that preflight decides on, read at one moment. */
import type { V1Namespace, V1ResourceQuota, V1Service, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { slotName, slots, type Slot } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Json } from '../api-server.ts';
import type { Cluster } from '../cluster.ts';
import { apiErrorKind, orNull } from '../errors.ts';
import { findProduction, servicePath, type ProductionService } from '../production.ts';
import { selectsPods } from '../selection.ts';
import { readSlot, type SlotView } from '../slot.ts';
import { isAllowed } from './permissions.ts';

export interface Facts {
  /** false only where the API server says so. */
  readonly namespaceExists: boolean;
  readonly production: ProductionService | null;
  /** Whether any pod has the labels that the production Service selects. */
  readonly selectsPods: boolean;
  readonly slots: Readonly<Record<Slot, SlotView | null>>;
  /** The Services that have the names of the preview Services. */
  readonly previews: readonly Json<V1Service>[];
  /** null where this worker may not read them. */
  readonly quotas: readonly Json<V1ResourceQuota>[] | null;
  readonly autoscalers: readonly Json<V2HorizontalPodAutoscaler>[] | null;
}

/** Reads, and changes nothing. */
export async function readFacts(cluster: Cluster, spec: Spec): Promise<Facts> {
  const { namespace, app } = spec;
  const production = await findProduction(cluster, spec);
  const [namespaceExists, selects, blue, green, previews, quotas, autoscalers] = await Promise.all([
    production === null ? hasNamespace(cluster, namespace) : true,
    production === null ? false : selectsPods(cluster, namespace, production.selector),
    readSlot(cluster, { namespace, app, slot: 'blue' }),
    readSlot(cluster, { namespace, app, slot: 'green' }),
    readPreviews(cluster, spec),
    listIfAllowed<Json<V1ResourceQuota>>(cluster, `/api/v1/namespaces/${namespace}/resourcequotas`),
    listIfAllowed<Json<V2HorizontalPodAutoscaler>>(
      cluster,
      `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
    ),
  ]);
  return { namespaceExists, production, selectsPods: selects, slots: { blue, green }, previews, quotas, autoscalers };
}

/** Asked only where that is allowed: a role of one namespace does not need to say it, for it is in the namespace. */
async function hasNamespace(cluster: Cluster, namespace: string): Promise<boolean> {
  const reading = { namespace, name: namespace, group: '', resource: 'namespaces', verb: 'get' };
  if (!(await isAllowed(cluster, reading))) return true;
  return (await orNull(cluster.api.json<Json<V1Namespace>>({ path: `/api/v1/namespaces/${namespace}` }))) !== null;
}

async function readPreviews(cluster: Cluster, { namespace, app }: Spec): Promise<Json<V1Service>[]> {
  const found = await Promise.all(
    slots.map((slot) =>
      orNull(cluster.api.json<Json<V1Service>>({ path: servicePath({ namespace, service: slotName(app, slot) }) })),
    ),
  );
  return found.filter((service) => service !== null);
}

async function listIfAllowed<T>(cluster: Cluster, path: string): Promise<T[] | null> {
  try {
    const list = await cluster.api.json<{ items?: T[] }>({ path });
    return list.items ?? [];
  } catch (error) {
    if (apiErrorKind(error) === 'forbidden' || apiErrorKind(error) === 'not-found') return null;
    throw error;
  }
}

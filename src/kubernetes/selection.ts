import type { V1PodList } from '@kubernetes/client-node';
import { slotLabels, type Slot } from '../domain/slot.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { viewPod } from './pod.ts';

/** Whether any pod has all of these labels; an empty selector selects nothing, as a Service's does. */
export async function selectsPods(
  cluster: Cluster,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Promise<boolean> {
  const pairs = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  if (pairs.length === 0) return false;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const pods = await cluster.api.json<Json<V1PodList>>({ path, query: { labelSelector: pairs.join(','), limit: 1 } });
  return pods.items.length > 0;
}

/** How many ready pods have all of these labels; an empty selector selects none, as a Service's does. */
export async function countReadySelected(
  cluster: Cluster,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Promise<number> {
  const pairs = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  if (pairs.length === 0) return 0;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const pods = await cluster.api.json<Json<V1PodList>>({ path, query: { labelSelector: pairs.join(',') } });
  return pods.items.map(viewPod).filter(({ ready }) => ready).length;
}

/**
 * Whether a selector that names the slot reaches no ready pod though the slot has some: because of a label that somebody
 * has added to it.
 */
export async function missesSlot(
  cluster: Cluster,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  { app, slot }: { readonly app: string; readonly slot: Slot },
): Promise<boolean> {
  const reached = countReadySelected(cluster, namespace, selector);
  const ready = countReadySelected(cluster, namespace, slotLabels(app, slot));
  const counts = await Promise.all([reached, ready]);
  return counts[0] === 0 && counts[1] > 0;
}

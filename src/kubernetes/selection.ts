import type { V1PodList } from '@kubernetes/client-node';
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

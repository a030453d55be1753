/** Removes a slot's Deployment, and knows when its pods are gone. */
import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { apiErrorKind, isNotFound } from './errors.ts';
import { describePods, podSource } from './ready-pods.ts';
import { freshMs } from './repeat.ts';
import { deploymentSource } from './rollout.ts';
import { deploymentPath, type SlotReference } from './slot.ts';
import { waitUntil } from './wait.ts';

export type RemovalResult = 'removed' | 'gone' | 'changed';

/** Deletes exactly the Deployment that was looked at: `changed` when it is no longer the same, and nothing was done. */
export async function deleteDeployment(
  cluster: Cluster,
  reference: SlotReference,
  seen: Json<V1Deployment>,
): Promise<RemovalResult> {
  const { uid, resourceVersion } = seen.metadata ?? {};
  try {
    await cluster.api.json({
      method: 'DELETE',
      path: deploymentPath(reference),
      headers: { 'content-type': 'application/json' },
      // In the foreground the Deployment goes last, so that nothing makes pods anew when its own are gone.
      body: JSON.stringify({ preconditions: { uid, resourceVersion }, propagationPolicy: 'Foreground' }),
      againWithinMs: freshMs,
    });
    return 'removed';
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if (apiErrorKind(error) === 'conflict') return 'changed';
    throw error;
  }
}

export interface GoneWait {
  /** Whether the Deployment itself may stay, scaled to zero. */
  readonly deploymentStays: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (summary: string) => void;
}

/** Resolves with null once the slot has no pods (and no Deployment), or with what is left when the time is over. */
export async function waitUntilGone(
  cluster: Cluster,
  reference: SlotReference,
  { deploymentStays, timeoutMs, signal, onProgress }: GoneWait,
): Promise<string | null> {
  let left = 'the pods could not be read';
  const waited = await waitUntil(cluster, {
    sources: { deployments: deploymentSource(reference), pods: podSource(reference) },
    look: ({ deployments, pods }) => {
      if (pods.length === 0 && (deploymentStays || deployments.length === 0)) return true;
      const names = pods.slice(0, 3).map(({ name }) => name);
      left = `${pods.length} pods are left (${[describePods(pods, 0), ...names].join(', ')})`;
      onProgress(left);
      return null;
    },
    timeoutMs,
    signal,
  });
  if (waited.reached) return null;
  return waited.trouble === null ? left : `${left}; ${waited.trouble}`;
}

/** Deletes the Jobs with these labels and, in the background, their pods; resolves with null. */
export async function deleteJobs(
  cluster: Cluster,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<null> {
  const labelSelector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  await cluster.api.json({
    method: 'DELETE',
    path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
    query: { labelSelector: labelSelector.join(','), propagationPolicy: 'Background' },
  });
  return null;
}

import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { apiErrorKind } from './errors.ts';
import { freshMs } from './repeat.ts';
import { deploymentPath, type SlotReference } from './slot.ts';

/** Sets the number of pods, unless the Deployment has changed since it was read; says whether it was set. */
export async function scaleDeployment(
  cluster: Cluster,
  reference: SlotReference,
  seen: Json<V1Deployment>,
  replicas: number,
): Promise<boolean> {
  const { uid, resourceVersion } = seen.metadata ?? {};
  try {
    await cluster.api.json({
      method: 'PATCH',
      path: deploymentPath(reference),
      query: { fieldManager: 'cutover' },
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify([
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: '/spec/replicas', value: replicas },
      ]),
      againWithinMs: freshMs,
    });
    return true;
  } catch (error) {
    const kind = apiErrorKind(error);
    if (kind === 'conflict' || kind === 'invalid') return false;
    throw error;
  }
}

import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { apiErrorKind } from './errors.ts';
import { freshMs } from './repeat.ts';
import { annotationPath, type PatchOperation } from './service-patch.ts';
import { deploymentPath, type SlotReference } from './slot.ts';

/** On a Deployment that a teardown has scaled to zero: the run id of its deployment. Nobody scales it up again for that. */
export const tornDownAnnotation = 'cutover.dev/torn-down';

/**
 * Sets the number of pods, and annotations with it, unless the Deployment has changed since it was read; says whether it
 * was set.
 */
export async function scaleDeployment(
  cluster: Cluster,
  reference: SlotReference,
  seen: Json<V1Deployment>,
  replicas: number,
  annotations: Readonly<Record<string, string>> = {},
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
        ...annotate(seen, annotations),
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

function annotate(seen: Json<V1Deployment>, annotations: Readonly<Record<string, string>>): PatchOperation[] {
  const added = Object.entries(annotations);
  if (added.length === 0) return [];
  return [
    ...(seen.metadata?.annotations === undefined
      ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const]
      : []),
    ...added.map(([name, value]) => ({ op: 'add', path: annotationPath(name), value }) as const),
  ];
}

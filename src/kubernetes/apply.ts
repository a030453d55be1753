import type { KubernetesObject } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

const fieldManager = 'cutover';

/**
 * Server-side apply under this project's field manager: creates the object or brings the given fields of it into line,
 * and gives it as it is then. A dry run goes through every check of the API server and stores nothing.
 */
export function apply<T>(
  cluster: Cluster,
  path: string,
  object: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
  { dryRun = false, ...again }: { readonly dryRun?: boolean; readonly againWithinMs?: number } = {},
): Promise<T> {
  return cluster.api.json<T>({
    method: 'PATCH',
    path,
    query: { fieldManager, force: true, ...(dryRun ? { dryRun: 'All' } : {}) },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
    idempotent: true,
    ...again,
  });
}

/** JSON patches of the production Service: every one tests what it was decided on. */
import type { V1Service } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { apiErrorKind, describeApiError } from './errors.ts';
import { freshMs } from './repeat.ts';
import { servicePath, viewProduction, type ProductionService, type ServiceReference } from './production.ts';

export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export type PatchResult =
  | { readonly applied: true; readonly service: ProductionService }
  /** A test did not hold, or the Service changed under the patch, or the server refuses it. Nothing was changed. */
  | { readonly applied: false; readonly reason: string };

/** A path of a JSON patch to one annotation. */
export function annotationPath(annotation: string): string {
  return `/metadata/annotations/${annotation.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The path of a label in the selector. */
export function selectorPath(label: string): string {
  return `/spec/selector/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Sends the patch; says whether its tests held. Rejects for any other reason. */
export async function patchService(
  cluster: Cluster,
  reference: ServiceReference,
  operations: readonly PatchOperation[],
): Promise<PatchResult> {
  try {
    const service = await cluster.api.json<Json<V1Service>>({
      method: 'PATCH',
      path: servicePath(reference),
      query: { fieldManager: 'cutover' },
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(operations),
      againWithinMs: freshMs,
    });
    return { applied: true, service: viewProduction(service) };
  } catch (error) {
    const kind = apiErrorKind(error);
    if (kind === 'conflict' || kind === 'invalid') return { applied: false, reason: describeApiError(error) };
    throw error;
  }
}

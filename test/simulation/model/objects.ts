/** The objects as invariants look at them. */
import type { ApiObject, Kinds, Metadata, Resource } from './api/kinds.ts';

export { hasLabels } from './api/selectors.ts';

/** An object of any kind: replaced, and never changed in place. */
export type KubeObject = ApiObject;

/** Kinds, by the names that the model's parts have for them. */
export const collections = {
  services: 'services',
  pods: 'pods',
  events: 'events',
  deployments: 'deployments',
  slices: 'endpointslices',
  jobs: 'jobs',
} as const satisfies Readonly<Record<string, Resource>>;

export function replicasOf(deployment: KubeObject): number {
  const { replicas } = (deployment.spec ?? {}) as { replicas?: unknown };
  return typeof replicas === 'number' ? replicas : 1;
}

export function selectorOf(service: KubeObject): Readonly<Record<string, string>> {
  return (service as Kinds['services']).spec?.selector ?? {};
}

/** Ready, and not about to go away: as Kubernetes counts endpoints. */
export function isReady(pod: { readonly metadata: Metadata; readonly status?: object }): boolean {
  return pod.metadata.deletionTimestamp === undefined && isServing(pod);
}

/** Ready by its probe, be it about to go away. */
export function isServing({ status }: { readonly status?: object }): boolean {
  const { conditions } = (status ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  return conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

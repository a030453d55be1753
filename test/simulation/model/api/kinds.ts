/** The kinds of objects that the model knows: what the product and the controllers behind it read and write. */
import type {
  CoreV1Event,
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V1Namespace,
  V1OwnerReference,
  V1Pod,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Secret,
  V1Service,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';

export interface Metadata {
  readonly name: string;
  /** Empty for what belongs to no namespace. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly V1OwnerReference[];
  readonly finalizers?: readonly string[];
}

/** As it is kept: frozen, so that it can be handed out as it is. */
export type Stored<T> = Omit<Readonly<T>, 'metadata'> & { readonly metadata: Metadata };

export interface Kinds {
  namespaces: Stored<Json<V1Namespace>>;
  services: Stored<Json<V1Service>>;
  pods: Stored<Json<V1Pod>>;
  events: Stored<Json<CoreV1Event>>;
  secrets: Stored<Json<V1Secret>>;
  resourcequotas: Stored<Json<V1ResourceQuota>>;
  deployments: Stored<Json<V1Deployment>>;
  replicasets: Stored<Json<V1ReplicaSet>>;
  endpointslices: Stored<Json<V1EndpointSlice>>;
  jobs: Stored<Json<V1Job>>;
  horizontalpodautoscalers: Stored<Json<V2HorizontalPodAutoscaler>>;
}

export type Resource = keyof Kinds;

/** An object of any kind. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec?: object;
  readonly status?: object;
}

interface KindOf {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export const kinds: Readonly<Record<Resource, KindOf>> = {
  namespaces: { group: '', version: 'v1', kind: 'Namespace' },
  services: { group: '', version: 'v1', kind: 'Service' },
  pods: { group: '', version: 'v1', kind: 'Pod' },
  events: { group: '', version: 'v1', kind: 'Event' },
  secrets: { group: '', version: 'v1', kind: 'Secret' },
  resourcequotas: { group: '', version: 'v1', kind: 'ResourceQuota' },
  deployments: { group: 'apps', version: 'v1', kind: 'Deployment' },
  replicasets: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
  endpointslices: { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' },
  jobs: { group: 'batch', version: 'v1', kind: 'Job' },
  horizontalpodautoscalers: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
};

export function isResource(name: string): name is Resource {
  return Object.hasOwn(kinds, name);
}

export function apiVersionOf(resource: Resource): string {
  const { group, version } = kinds[resource];
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, as the API server names it in what it says. */
export function qualified(resource: Resource): string {
  const { group } = kinds[resource];
  return group === '' ? resource : `${resource}.${group}`;
}

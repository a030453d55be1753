/** What the model keeps of Kubernetes' objects: plain JSON, replaced and never changed in place. */

export interface Meta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly uid: string; readonly name: string; readonly kind: string }[];
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Meta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** Collections, by the paths under which the API server has them. */
export const namespace = 'default';
export const collections = {
  services: `/api/v1/namespaces/${namespace}/services`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  events: `/api/v1/namespaces/${namespace}/events`,
  secrets: `/api/v1/namespaces/${namespace}/secrets`,
  quotas: `/api/v1/namespaces/${namespace}/resourcequotas`,
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  slices: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  jobs: `/apis/batch/v1/namespaces/${namespace}/jobs`,
  autoscalers: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
} as const;

export function labelsOf(object: KubeObject): Readonly<Record<string, string>> {
  return object.metadata.labels ?? {};
}

export function hasLabels(object: KubeObject, wanted: Readonly<Record<string, string>>): boolean {
  const labels = labelsOf(object);
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

export function replicasOf(deployment: KubeObject): number {
  const replicas = deployment.spec?.['replicas'];
  return typeof replicas === 'number' ? replicas : 1;
}

export function templateOf(deployment: KubeObject): PodTemplate {
  return deployment.spec?.['template'] ?? {};
}

export function selectorOf(service: KubeObject): Readonly<Record<string, string>> {
  return (service.spec?.['selector'] ?? {}) as Record<string, string>;
}

/** Ready, and not about to go away: as Kubernetes counts endpoints. */
export function isReady(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && isRunningReady(pod);
}

function isRunningReady(pod: KubeObject): boolean {
  const conditions = (pod.status?.['conditions'] ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

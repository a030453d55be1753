/** Objects that scripts make, and what is compared of them. */
import type { ApiObject, Kinds } from '../api/kinds.ts';

export const labelsOf = (version: string) => ({ app: 'api', version });

export function service(selector: Readonly<Record<string, string>> = labelsOf('blue'), name = 'api-service'): object {
  return {
    metadata: { name, annotations: { 'cutover.dev/fence': '1' } },
    spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

export interface DeploymentChanges {
  readonly replicas?: number;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly minReadySeconds?: number;
}

export function deployment(version: string, changes: DeploymentChanges = {}): object {
  const { replicas = 2, image = 'myapp:v1.0', command, minReadySeconds } = changes;
  const container = {
    name: 'api',
    image,
    ...(command === undefined ? {} : { command }),
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
  };
  return {
    metadata: { name: `api-${version}`, labels: labelsOf(version) },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { matchLabels: labelsOf(version) },
      template: {
        metadata: { labels: labelsOf(version) },
        spec: { terminationGracePeriodSeconds: 2, containers: [container] },
      },
    },
  };
}

/** Labels, annotations of people, and the generation. */
export function metadataOf({ metadata }: ApiObject): object {
  const { labels = {}, annotations = {}, generation = null } = metadata;
  const { 'deployment.kubernetes.io/revision': _revision, ...others } = annotations;
  return { labels, annotations: others, generation };
}

/** What the product reads of a Service. */
export function serviceSeen(live: Kinds['services']): object {
  const { selector, ports, type } = live.spec ?? {};
  return { ...metadataOf(live), selector, ports, type };
}

/** What the product reads of a Deployment's spec. */
export function deploymentSeen(live: Kinds['deployments']): object {
  const { replicas, minReadySeconds, selector, template } = live.spec ?? {};
  const containers = (template?.spec?.containers ?? []).map(({ name, image, env, ports }) => ({
    name,
    image,
    env,
    ports,
  }));
  return {
    ...metadataOf(live),
    replicas,
    minReadySeconds,
    selector,
    labels: template?.metadata?.labels,
    containers,
  };
}

import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';

/** The paths of the HTTP probes that Kubernetes sends to the pods of a Deployment. */
export function probePaths({ spec }: Json<V1Deployment>): string[] {
  const containers = spec?.template.spec?.containers ?? [];
  return containers
    .flatMap(({ livenessProbe, readinessProbe, startupProbe }) => [livenessProbe, readinessProbe, startupProbe])
    .flatMap((probe) => (probe?.httpGet === undefined ? [] : [probe.httpGet.path ?? '/']))
    .map((path) => path.split('?', 1)[0] ?? path);
}

import type { V1Service } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import type { ServiceTarget } from './access/index.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { servicePath, type ServiceReference } from './production.ts';

/** Where requests to a Service go: its first port. */
export async function serviceTarget(cluster: Cluster, reference: ServiceReference): Promise<ServiceTarget> {
  const { spec } = await cluster.api.json<Json<V1Service>>({ path: servicePath(reference) });
  const port = spec?.ports?.[0]?.port;
  if (port === undefined) {
    throw new DeploymentError('Refused', `the Service "${reference.service}" has no port: give it one`);
  }
  return { kind: 'service', namespace: reference.namespace, name: reference.service, port };
}

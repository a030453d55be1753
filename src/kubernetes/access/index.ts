import type { Cluster } from '../cluster.ts';
import type { Access } from './access.ts';
import { createDirectTransport } from './direct.ts';
import { createProxyTransport } from './proxy.ts';
import { ServiceDirectory } from './service-directory.ts';
import { clusterProxyOf } from './tunnel.ts';

export * from './access.ts';
export { traced, withTrace } from './trace-context.ts';

/**
 * The ways to the pods and Services of a cluster. Direct connections go through the HTTP proxy that the environment
 * variable CUTOVER_CLUSTER_PROXY names, where there is one. Throws when that is no address.
 */
export function connectAccess(cluster: Cluster, env: NodeJS.ProcessEnv = process.env): Access {
  const services = new ServiceDirectory(cluster);
  const direct = createDirectTransport(services, clusterProxyOf(env['CUTOVER_CLUSTER_PROXY']));
  return {
    proxy: createProxyTransport(cluster, services),
    direct,
    close: () => {
      direct.close();
    },
  };
}

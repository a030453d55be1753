import { ApiregistrationV1Api } from '@kubernetes/client-node';
import { nodeAddress, type NetworkPlan } from './addresses.ts';
import { created, type ClusterApi, type RetryOptions } from './cluster-api.ts';
import { METRICS_GROUP, METRICS_VERSION } from './metrics-api.ts';

const name = 'metrics-server';
const namespace = 'kube-system';
/** Among those that Kubernetes does not give to Services by itself. */
const LAST_OCTET = 44;
const PORT = 4_443;

/** Where the API server believes the metrics API to be. */
export function metricsAddress(network: NetworkPlan): { readonly host: string; readonly port: number } {
  return { host: `${network.servicePrefix}.0.${LAST_OCTET}`, port: PORT };
}

/** Makes the API server pass on what is asked of the metrics API: to a Service that the egress leads to this process. */
export async function registerMetricsApi(api: ClusterApi, network: NetworkPlan, options: RetryOptions): Promise<void> {
  const { host, port } = metricsAddress(network);
  const service = { metadata: { name }, spec: { clusterIP: host, ports: [{ port }] } };
  // The API server looks for an endpoint, and connects to the Service's address all the same.
  const endpoints = {
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [nodeAddress(network)], conditions: { ready: true } }],
    ports: [{ name: '', port, protocol: 'TCP' }],
  };
  const apiService = {
    metadata: { name: `${METRICS_VERSION}.${METRICS_GROUP}` },
    spec: {
      group: METRICS_GROUP,
      version: METRICS_VERSION,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name, namespace, port },
    },
  };
  const registration = api.kubeConfig.makeApiClient(ApiregistrationV1Api);
  await created('Service of the metrics API', options, () =>
    api.core.createNamespacedService({ namespace, body: service }),
  );
  await created('endpoint of the metrics API', options, () =>
    api.discovery.createNamespacedEndpointSlice({ namespace, body: endpoints }),
  );
  await created('metrics API', options, () => registration.createAPIService({ body: apiService }));
}

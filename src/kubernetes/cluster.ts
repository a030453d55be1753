import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  KubeConfig,
  ResponseContext,
  SelfDecodingBody,
  ServerConfiguration,
  createConfiguration,
  wrapHttpLibrary,
  type Configuration,
  type RequestContext,
} from '@kubernetes/client-node';
import { buffer } from 'node:stream/consumers';
import { ApiServer, type ApiRequest, type Method } from './api-server.ts';
import { forbidden } from './errors.ts';

/** What a client needs of the API server. */
type Api = Pick<ApiServer, keyof ApiServer>;

/** The Kubernetes cluster that a deployment changes: typed clients, and the API server itself for everything else. */
export interface Cluster {
  readonly kubeConfig: KubeConfig;
  readonly api: Api;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly discovery: DiscoveryV1Api;
  /** Closes idle connections. */
  close(): void;
}

/**
 * Connects by the usual kubeconfig (`KUBECONFIG`, `~/.kube/config`) or, in a pod, as its service account. Sends nothing
 * yet. Throws an Error that says what is missing where neither is there.
 */
export function connectCluster(kubeConfig: KubeConfig = defaultKubeConfig()): Cluster {
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error(
      `the kubeconfig's current context "${kubeConfig.getCurrentContext()}" names no cluster: choose one with kubectl config use-context`,
    );
  }
  return clusterOn(kubeConfig, new ApiServer(kubeConfig, server));
}

/** The cluster behind an API server: every client of it sends through `api`. */
export function clusterOn(kubeConfig: KubeConfig, api: Api): Cluster {
  const configuration = configurationOf(api);
  return {
    kubeConfig,
    api,
    core: new CoreV1Api(configuration),
    apps: new AppsV1Api(configuration),
    batch: new BatchV1Api(configuration),
    discovery: new DiscoveryV1Api(configuration),
    close: () => {
      api.close();
    },
  };
}

/** The same cluster for somebody who waits no longer than the signal says: every request that is on its way ends with it. */
export function clusterUntil({ kubeConfig, api }: Cluster, signal: AbortSignal): Cluster {
  const ending = (request: ApiRequest): ApiRequest => ({ ...request, signal: request.signal ?? signal });
  return clusterOn(kubeConfig, {
    url: api.url,
    requests: api.requests,
    close: () => {
      api.close();
    },
    json: (request) => api.json(ending(request)),
    open: (request) => api.open(ending(request)),
  });
}

function defaultKubeConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  // What the library makes up when it has found neither a file nor a service account.
  if (kubeConfig.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new Error(
      'no Kubernetes cluster is configured: set KUBECONFIG to a kubeconfig file, or run inside a cluster',
    );
  }
  return kubeConfig;
}

/** The typed clients' way to the server: the same pool, timeout and count as everything else. */
function configurationOf(api: Api): Configuration {
  return createConfiguration({
    baseServer: new ServerConfiguration(api.url, {}),
    authMethods: {},
    httpApi: wrapHttpLibrary({ send: (request) => send(api, request) }),
  });
}

async function send(api: Api, request: RequestContext): Promise<ResponseContext> {
  const url = new URL(request.getUrl());
  const base = new URL(api.url);
  const path = url.pathname.slice(base.pathname === '/' ? 0 : base.pathname.length);
  const method = request.getHttpMethod() as Method;
  const body = request.getBody();
  const signal = request.getSignal();
  const response = await api.open({
    method,
    path,
    query: Object.fromEntries(url.searchParams),
    headers: request.getHeaders(),
    ...(typeof body === 'string' ? { body } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  const data = await buffer(response);
  const status = response.statusCode ?? 0;
  // Through a proxy path the 403 may be the application's own answer.
  if (status === 403 && !path.includes('/proxy')) throw forbidden(method, path, data.toString());
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return new ResponseContext(status, headers, new SelfDecodingBody(Promise.resolve(data)));
}

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { V1Pod } from '@kubernetes/client-node';
import type { ContainerUsage, NodeUsage } from './usage-rates.ts';

export const METRICS_GROUP = 'metrics.k8s.io';
export const METRICS_VERSION = 'v1beta1';
const API_VERSION = `${METRICS_GROUP}/${METRICS_VERSION}`;

export interface MetricsApi {
  /** Takes over a connection of the API server, before its TLS handshake. */
  readonly accept: (socket: Socket) => void;
  close(): void;
}

/**
 * The resource metrics API, as metrics-server has it, of pods alone. Like the kubelet's endpoint it listens on no port: the
 * API server, which knows who may ask, is the only one that reaches it.
 */
export function createMetricsApi(options: {
  certificate: { cert: string; key: string };
  usage: () => NodeUsage;
  pod: (namespace: string, name: string) => V1Pod | undefined;
}): MetricsApi {
  const { cert, key } = options.certificate;
  const server = createServer({ cert, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://metrics');
    const [, apis, group, version, ...rest] = pathname.split('/');
    if (apis !== 'apis' || group !== METRICS_GROUP || version !== METRICS_VERSION) return answer(response, notFound);
    const selector = searchParams.get('labelSelector') ?? '';
    return answer(response, documentOf(rest, podMetrics(options.usage(), options.pod), selector));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    accept: (socket) => void server.emit('connection', socket),
    close: () => server.closeAllConnections(),
  };
}

interface PodMetrics {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

const notFound = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: API_VERSION,
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

function documentOf(path: readonly string[], all: readonly PodMetrics[], selector: string): object {
  if (path.length === 0) return resources;
  const [scope, namespace, kind, name] = path[0] === 'namespaces' ? path : ['', undefined, ...path];
  if (kind !== 'pods' || (scope === '' && name !== undefined)) return notFound;
  const ofNamespace = all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  if (name !== undefined) return ofNamespace.find(({ metadata }) => metadata.name === name) ?? notFound;
  const items = ofNamespace.filter(({ metadata }) => isSelected(metadata.labels, selector));
  return { kind: 'PodMetricsList', apiVersion: API_VERSION, metadata: {}, items };
}

/** By equality alone: `app=api,version=blue`. */
function isSelected(labels: Readonly<Record<string, string>>, selector: string): boolean {
  const terms = selector.split(',').filter((term) => term !== '');
  return terms.every((term) => {
    const [name = '', value] = term.split(/==?/, 2);
    return labels[name] === value;
  });
}

function podMetrics(
  { at, windowMs, containers }: NodeUsage,
  pod: (namespace: string, name: string) => V1Pod | undefined,
): PodMetrics[] {
  const byPod = new Map<string, ContainerUsage[]>();
  for (const one of containers) {
    const key = `${one.namespace}/${one.pod}`;
    byPod.set(key, [...(byPod.get(key) ?? []), one]);
  }
  return [...byPod.values()].map((ofPod) => {
    const { namespace = '', pod: name = '' } = ofPod[0] ?? {};
    return {
      kind: 'PodMetrics',
      apiVersion: API_VERSION,
      metadata: { name, namespace, labels: pod(namespace, name)?.metadata?.labels ?? {} },
      timestamp: at.toISOString(),
      window: `${(windowMs / 1000).toFixed(3)}s`,
      containers: ofPod.map(({ container, cpu, memoryBytes }) => ({
        name: container,
        usage: { cpu: `${Math.round(cpu * 1e9)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` },
      })),
    };
  });
}

function answer(response: ServerResponse, document: object): void {
  response.writeHead('code' in document ? Number(document.code) : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document));
}

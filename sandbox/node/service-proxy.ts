import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node';
import { serviceTwin } from './addresses.ts';
import type { Dialer } from './dialer.ts';
import type { EndpointTable } from './endpoints.ts';
import { eventSubject } from './events.ts';
import type { NodeContext } from './node-context.ts';
import { watchResource } from './resource-watch.ts';
import { servicePorts, type ServicePort } from './service-table.ts';
import { splice } from './splice.ts';
import { messageOf } from './waiting.ts';

interface Listener {
  readonly port: ServicePort;
  readonly server: Server;
  readonly announcement: NodeJS.Timeout;
}

/** Events expire after an hour: where a Service is served is said again before. */
const ANNOUNCE_EVERY_MS = 30 * 60_000;

/** kube-proxy's work: serves every Service at the loopback twin of its cluster IP. */
export class ServiceProxy {
  readonly #node: NodeContext;
  readonly #dialer: Dialer;
  readonly #endpoints: EndpointTable;
  /** `namespace/service` → its listeners by `clusterIP:port/name`. */
  readonly #listeners = new Map<string, Map<string, Listener>>();
  readonly #connections = new Set<Socket>();

  constructor(node: NodeContext, dialer: Dialer, endpoints: EndpointTable) {
    this.#node = node;
    this.#dialer = dialer;
    this.#endpoints = endpoints;
  }

  /** Follows Services and EndpointSlices until the node stops; resolves once those that exist have been taken over. */
  async follow(): Promise<void> {
    const { api, stopped } = this.#node;
    const options = { signal: stopped, log: (line: string) => this.#node.log(line) };
    await Promise.all([
      watchResource<V1EndpointSlice>(
        api,
        {
          path: '/apis/discovery.k8s.io/v1/endpointslices',
          list: () => api.discovery.listEndpointSliceForAllNamespaces(),
        },
        { changed: (slice) => this.#endpoints.changed(slice), removed: (slice) => this.#endpoints.removed(slice) },
        options,
      ),
      watchResource<V1Service>(
        api,
        { path: '/api/v1/services', list: () => api.core.listServiceForAllNamespaces() },
        { changed: (service) => this.#changed(service), removed: (service) => this.#removed(service) },
        options,
      ),
    ]);
  }

  /** Closes every listener and cuts what is connected. */
  stop(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners.values()) this.#close(listener);
    this.#listeners.clear();
    for (const socket of this.#connections) socket.destroy();
  }

  #changed(service: V1Service): void {
    const { name, namespace } = service.metadata ?? {};
    // The API server's own Service leads out of the pod network.
    if (namespace === 'default' && name === 'kubernetes') return;
    const wanted = new Map(servicePorts(service).map((port) => [keyOf(port), port]));
    const key = `${namespace}/${name}`;
    const listeners = this.#listeners.get(key) ?? new Map<string, Listener>();
    this.#listeners.set(key, listeners);
    for (const [portKey, listener] of listeners) {
      if (wanted.has(portKey)) continue;
      listeners.delete(portKey);
      this.#close(listener);
    }
    for (const [portKey, port] of wanted) {
      if (!listeners.has(portKey)) listeners.set(portKey, this.#listen(service, port));
    }
  }

  #removed(service: V1Service): void {
    const key = `${service.metadata?.namespace}/${service.metadata?.name}`;
    for (const listener of this.#listeners.get(key)?.values() ?? []) this.#close(listener);
    this.#listeners.delete(key);
  }

  #listen(service: V1Service, port: ServicePort): Listener {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) =>
      this.#connect(client, port),
    );
    this.#dialer.add(port);
    const bound = this.#bind(service, port, server);
    const announce = () => void bound.then((report) => report());
    announce();
    return { port, server, announcement: setInterval(announce, ANNOUNCE_EVERY_MS) };
  }

  /** Opens the port; what it resolves with records an Event of the outcome. */
  async #bind(service: V1Service, port: ServicePort, server: Server): Promise<() => void> {
    const twin = serviceTwin(this.#node.network, port.clusterIP) ?? '';
    const name = service.metadata?.name ?? '';
    try {
      const actual = await listenNear(server, twin, port.port);
      const message = `${name} port ${port.port} is served at ${twin}:${actual}`;
      return () => this.#node.events.record(eventSubject('Service', service), 'Normal', 'LoopbackTwin', message);
    } catch (error) {
      const message = `${name} port ${port.port} is not served at ${twin}: ${messageOf(error)}`;
      this.#node.log(message);
      return () => this.#node.events.record(eventSubject('Service', service), 'Warning', 'LoopbackTwin', message);
    }
  }

  #connect(client: Socket, port: ServicePort): void {
    client.once('error', () => client.destroy());
    const destination = this.#dialer.dialService(port);
    if (destination.kind !== 'connected') {
      client.resetAndDestroy();
      return;
    }
    this.#connections.add(client);
    client.once('close', () => this.#connections.delete(client));
    splice(client, destination.socket);
  }

  #close({ port, server, announcement }: Listener): void {
    clearInterval(announcement);
    this.#dialer.remove(port);
    // Established connections go on, as they do with kube-proxy.
    server.close();
  }
}

function keyOf(port: ServicePort): string {
  return `${port.clusterIP}:${port.port}/${port.name}`;
}

const UNPRIVILEGED_OFFSET = 8_000;

/**
 * Listens on the port itself where that is allowed; else on the port plus 8000 (80 → 8080), else on any. Gives the port
 * taken; rejects when the address does not exist on this machine.
 */
async function listenNear(server: Server, host: string, port: number): Promise<number> {
  const candidates = [port, port + UNPRIVILEGED_OFFSET, 0].filter((candidate) => candidate < 65_536);
  let refusal: unknown;
  for (const candidate of candidates) {
    try {
      return await listen(server, host, candidate);
    } catch (error) {
      refusal = error;
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EACCES' && code !== 'EADDRINUSE') break;
    }
  }
  throw refusal;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

import { connect, type Socket } from 'node:net';
import { podTwin, type NetworkPlan } from './addresses.ts';
import type { EndpointTable } from './endpoints.ts';
import type { ServicePort } from './service-table.ts';

/** Where an address of the cluster leads on this machine. */
export type Destination =
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'no-endpoint' }
  | { readonly kind: 'unknown' };

/** Opens connections to pods and Services at their loopback twins. */
export class Dialer {
  readonly #network: NetworkPlan;
  readonly #endpoints: EndpointTable;
  /** `clusterIP:port` → the Service's port. */
  readonly #ports = new Map<string, ServicePort>();

  constructor(network: NetworkPlan, endpoints: EndpointTable) {
    this.#network = network;
    this.#endpoints = endpoints;
  }

  add(port: ServicePort): void {
    this.#ports.set(`${port.clusterIP}:${port.port}`, port);
  }

  remove(port: ServicePort): void {
    this.#ports.delete(`${port.clusterIP}:${port.port}`);
    this.#endpoints.forgetTurns(port.service, port.name);
  }

  /** The cluster IP of `namespace/service`. */
  clusterIP(service: string): string | undefined {
    for (const port of this.#ports.values()) if (port.service === service) return port.clusterIP;
    return undefined;
  }

  /** Connects to a pod's IP or to a Service's cluster IP; the socket may still be connecting. */
  dial(host: string, port: number): Destination {
    const twin = podTwin(this.#network, host);
    if (twin !== undefined) {
      return { kind: 'connected', socket: connect({ host: twin, port, allowHalfOpen: true, noDelay: true }) };
    }
    const servicePort = this.#ports.get(`${host}:${port}`);
    return servicePort ? this.dialService(servicePort) : { kind: 'unknown' };
  }

  /** Connects to the endpoint whose turn it is. There is no second try at another one: kube-proxy has none either. */
  dialService(port: ServicePort): Destination {
    const backend = this.#endpoints.pick(port.service, port.name);
    const twin = backend && podTwin(this.#network, backend.address);
    if (!backend || twin === undefined) return { kind: 'no-endpoint' };
    const socket = connect({ host: twin, port: backend.port, allowHalfOpen: true, noDelay: true });
    return { kind: 'connected', socket };
  }
}

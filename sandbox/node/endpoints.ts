import type { V1EndpointSlice } from '@kubernetes/client-node';

/** Where a connection to a Service may go. */
export interface Backend {
  readonly address: string;
  readonly port: number;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** The backends of every Service's ports, from the EndpointSlices, with whose turn it is. */
export class EndpointTable {
  /** `namespace/service` → slice name → slice. */
  readonly #slices = new Map<string, Map<string, V1EndpointSlice>>();
  /** `namespace/service` → port name → backends; derived, dropped when a slice changes. */
  readonly #backends = new Map<string, Map<string, readonly Backend[]>>();
  readonly #turns = new Map<string, number>();

  changed(slice: V1EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const slices = this.#slices.get(service) ?? new Map<string, V1EndpointSlice>();
    slices.set(slice.metadata?.name ?? '', slice);
    this.#slices.set(service, slices);
    this.#backends.delete(service);
  }

  removed(slice: V1EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const slices = this.#slices.get(service);
    slices?.delete(slice.metadata?.name ?? '');
    if (slices?.size === 0) this.#slices.delete(service);
    this.#backends.delete(service);
  }

  /** The backend whose turn it is for a new connection; undefined when the port has none. */
  pick(service: string, portName: string): Backend | undefined {
    const backends = this.#backendsOf(service, portName);
    if (backends.length === 0) return undefined;
    const key = `${service}:${portName}`;
    const turn = (this.#turns.get(key) ?? 0) % backends.length;
    this.#turns.set(key, turn + 1);
    return backends[turn];
  }

  /** Forgets a Service that is gone. */
  forgetTurns(service: string, portName: string): void {
    this.#turns.delete(`${service}:${portName}`);
  }

  #backendsOf(service: string, portName: string): readonly Backend[] {
    const ports = this.#backends.get(service) ?? new Map<string, readonly Backend[]>();
    this.#backends.set(service, ports);
    const known = ports.get(portName);
    if (known) return known;
    const backends = usableBackends([...(this.#slices.get(service)?.values() ?? [])], portName);
    ports.set(portName, backends);
    return backends;
  }
}

function serviceOf(slice: V1EndpointSlice): string | undefined {
  const name = slice.metadata?.labels?.[SERVICE_LABEL];
  return name === undefined ? undefined : `${slice.metadata?.namespace}/${name}`;
}

/** As kube-proxy chooses: the ready endpoints; where there is none, those that still serve while they terminate. */
export function usableBackends(slices: readonly V1EndpointSlice[], portName: string): Backend[] {
  const ready: Backend[] = [];
  const terminating: Backend[] = [];
  for (const slice of slices) {
    const port = slice.ports?.find(({ name }) => (name ?? '') === portName)?.port;
    if (port === undefined || slice.addressType !== 'IPv4') continue;
    for (const { addresses, conditions } of slice.endpoints ?? []) {
      const address = addresses[0];
      if (address === undefined) continue;
      if (conditions?.ready !== false) ready.push({ address, port });
      else if (conditions.serving === true && conditions.terminating === true) terminating.push({ address, port });
    }
  }
  return ready.length > 0 ? ready : terminating;
}

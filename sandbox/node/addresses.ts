/** The address blocks of a sandbox cluster. Each prefix is the first two octets of an IPv4 /16. */
export interface NetworkPlan {
  readonly podPrefix: string;
  readonly podTwinPrefix: string;
  readonly servicePrefix: string;
  readonly serviceTwinPrefix: string;
}

/** The node's own address: where the API server believes the kubelet to be. */
export function nodeAddress(network: NetworkPlan): string {
  return `${network.podPrefix}.0.1`;
}

/** The loopback address on which the process behind a pod's address listens, or undefined for an address that is no pod's. */
export function podTwin(network: NetworkPlan, podIP: string): string | undefined {
  return podIP === nodeAddress(network) ? undefined : swapPrefix(podIP, network.podPrefix, network.podTwinPrefix);
}

/** The loopback address on which a Service's cluster IP is served, or undefined for an address that is no cluster IP. */
export function serviceTwin(network: NetworkPlan, clusterIP: string): string | undefined {
  return swapPrefix(clusterIP, network.servicePrefix, network.serviceTwinPrefix);
}

function swapPrefix(address: string, from: string, to: string): string | undefined {
  const rest = address.startsWith(`${from}.`) ? address.slice(from.length) : '';
  return /^\.\d{1,3}\.\d{1,3}$/.test(rest) ? `${to}${rest}` : undefined;
}

const HOSTS_PER_BLOCK = 254;
const BLOCKS = 255;
const CAPACITY = HOSTS_PER_BLOCK * BLOCKS;

/** Hands out pod addresses in turn, so that one given back is used again only after all the others. */
export class PodAddressPool {
  readonly #prefix: string;
  readonly #taken = new Set<string>();
  #next = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes a free address, the preferred one where that is possible; throws when all 64,770 are in use. */
  take(preferred?: string): string {
    if (preferred?.startsWith(`${this.#prefix}.`) && !this.#taken.has(preferred)) {
      this.#taken.add(preferred);
      return preferred;
    }
    for (let tried = 0; tried < CAPACITY; tried += 1) {
      const address = this.#at(this.#next);
      this.#next = (this.#next + 1) % CAPACITY;
      if (!this.#taken.has(address)) {
        this.#taken.add(address);
        return address;
      }
    }
    throw new Error(`all ${CAPACITY} pod addresses of ${this.#prefix}.0.0/16 are in use: delete pods to free some`);
  }

  /** Gives an address back. */
  release(address: string): void {
    this.#taken.delete(address);
  }

  #at(index: number): string {
    return `${this.#prefix}.${1 + Math.floor(index / HOSTS_PER_BLOCK)}.${1 + (index % HOSTS_PER_BLOCK)}`;
  }
}

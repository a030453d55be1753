/**
 * Users' traffic on the production Service: it goes, in equal shares, to the endpoints that are ready by its EndpointSlices.
 *
 * Nothing is sent request by request. Whenever something changes that decides where requests go, what was due until then is
 * counted where it went.
 */
import { serviceNameLabel } from '../controllers/endpoint-slices.ts';
import type { Store } from '../api/store.ts';
import type { ModelNode } from './node.ts';

export interface UsersOptions {
  readonly namespace: string;
  readonly service: string;
  readonly requestsPerSecond: number;
}

export class Users {
  /** Requests that were answered, with an error or not. */
  answered = 0;
  /** Of those, the ones that were answered with an error. */
  failed = 0;
  /** Requests that nobody answered. */
  dropped = 0;
  requestsPerSecond: number;
  readonly #options: UsersOptions;
  readonly #store: Store;
  readonly #node: () => ModelNode;
  #settledAt = Date.now();

  constructor(options: UsersOptions, store: Store, node: () => ModelNode) {
    this.#options = options;
    this.#store = store;
    this.#node = node;
    this.requestsPerSecond = options.requestsPerSecond;
  }

  /** Counts what was due since the last time. */
  settle(): void {
    const now = Date.now();
    const due = ((now - this.#settledAt) / 1_000) * this.requestsPerSecond;
    this.#settledAt = now;
    if (due <= 0) return;
    const uids = this.#endpoints();
    if (uids.length === 0) this.dropped += due;
    for (const uid of uids) this.#send(uid, due / uids.length);
  }

  #send(uid: string, requests: number): void {
    const process = this.#node().process(uid);
    if (process?.phase.kind !== 'running') {
      this.dropped += requests;
      return;
    }
    const { errorRate, latencyMs } = process.behaviour;
    const { errors } = process.counters.add(requests, errorRate.users, latencyMs.users);
    this.answered += requests;
    this.failed += errors;
  }

  #endpoints(): string[] {
    const { namespace, service } = this.#options;
    if (this.#store.find('services', namespace, service) === null) return [];
    return this.#store
      .list('endpointslices', namespace)
      .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service)
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ targetRef }) => targetRef?.uid ?? []);
  }
}

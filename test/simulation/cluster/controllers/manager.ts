/** All controllers: each is told of the changes that concern it. */
import type { Registry } from '../api/registry.ts';
import type { Change } from '../api/store.ts';
import type { After } from '../time.ts';
import { Deployments } from './deployments.ts';
import { EndpointSlices } from './endpoint-slices.ts';
import { GarbageCollector } from './garbage.ts';
import { Jobs } from './jobs.ts';
import { controllerOf } from './owners.ts';
import { ReplicaSets } from './replica-sets.ts';

/** Virtual milliseconds. */
export interface Delays {
  /** From a change until a controller has acted on it. */
  readonly controllerMs: number;
  /** The same for EndpointSlices. */
  readonly endpointsMs: number;
}

interface Options {
  readonly registry: Registry;
  readonly after: After;
  readonly delays: Partial<Delays>;
  /** Told before traffic goes elsewhere. */
  readonly beforeChange: () => void;
}

export class ControllerManager {
  readonly #registry: Registry;
  readonly #deployments: Deployments;
  readonly #replicaSets: ReplicaSets;
  readonly #jobs: Jobs;
  readonly #slices: EndpointSlices;
  readonly #garbage: GarbageCollector;

  constructor({ registry, after, delays, beforeChange }: Options) {
    const { controllerMs = 10, endpointsMs = 20 } = delays;
    this.#registry = registry;
    this.#deployments = new Deployments(registry, after, controllerMs);
    this.#replicaSets = new ReplicaSets(registry, after, controllerMs);
    this.#jobs = new Jobs(registry, after, controllerMs);
    this.#slices = new EndpointSlices(registry, after, endpointsMs, beforeChange);
    this.#garbage = new GarbageCollector(registry, after, controllerMs);
  }

  seen(change: Change): void {
    const { resource, object } = change;
    const { namespace, name } = object.metadata;
    if (resource === 'deployments') this.#deployments.queue.add(`${namespace}/${name}`);
    if (resource === 'replicasets') this.#replicaSets.queue.add(`${namespace}/${name}`);
    if (resource === 'jobs') this.#jobs.queue.add(`${namespace}/${name}`);
    const deployment = resource === 'replicasets' ? controllerOf(object, 'deployments') : null;
    if (deployment !== null) this.#deployments.queue.add(`${namespace}/${deployment}`);
    if (resource === 'pods') this.#podSeen(change);
    this.#slices.seen(change);
    this.#garbage.seen(change);
  }

  /** Brings what was made to its end: `start` makes all pods ready. */
  settle(namespace: string, start: () => void): void {
    const { store } = this.#registry;
    const deployments = (): void => {
      for (const { metadata } of store.list('deployments', namespace)) {
        this.#deployments.queue.now(`${namespace}/${metadata.name}`);
      }
    };
    const replicaSets = (): void => {
      for (const { metadata } of store.list('replicasets', namespace)) {
        this.#replicaSets.queue.now(`${namespace}/${metadata.name}`);
      }
    };
    deployments();
    replicaSets();
    start();
    replicaSets();
    deployments();
    this.#slices.settle(namespace);
  }

  #podSeen({ object }: Change): void {
    const { namespace } = object.metadata;
    const set = controllerOf(object, 'replicasets');
    if (set !== null) this.#replicaSets.queue.add(`${namespace}/${set}`);
    const job = controllerOf(object, 'jobs');
    if (job !== null) this.#jobs.queue.add(`${namespace}/${job}`);
  }
}

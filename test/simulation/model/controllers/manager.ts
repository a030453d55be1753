/** All controllers: each is told of the changes that concern it. */
import type { Registry } from '../api/registry.ts';
import type { Change } from '../api/store.ts';
import type { After, Lag } from '../time.ts';
import { Deployments } from './deployments.ts';
import { EndpointSlices } from './endpoint-slices.ts';
import { GarbageCollector } from './garbage.ts';
import { Jobs } from './jobs.ts';
import { controllerOf } from './owners.ts';
import { ReplicaSets } from './replica-sets.ts';

/** What each of them takes from a change until it has acted on it. */
export interface Lags {
  readonly controllers: Lag;
  readonly endpoints: Lag;
  readonly garbage: Lag;
}

interface Options {
  readonly registry: Registry;
  readonly after: After;
  readonly lags: Lags;
  /** Told before traffic goes elsewhere. */
  readonly beforeChange: () => void;
}

export class ControllerManager {
  readonly #deployments: Deployments;
  readonly #replicaSets: ReplicaSets;
  readonly #jobs: Jobs;
  readonly #slices: EndpointSlices;
  readonly #garbage: GarbageCollector;

  constructor({ registry, after, lags, beforeChange }: Options) {
    this.#deployments = new Deployments(registry, after, lags.controllers);
    this.#replicaSets = new ReplicaSets(registry, after, lags.controllers);
    this.#jobs = new Jobs(registry, after, lags.controllers);
    this.#slices = new EndpointSlices(registry, after, lags.endpoints, beforeChange);
    this.#garbage = new GarbageCollector(registry, after, lags.garbage);
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

  #podSeen({ object }: Change): void {
    const { namespace } = object.metadata;
    const set = controllerOf(object, 'replicasets');
    if (set !== null) this.#replicaSets.queue.add(`${namespace}/${set}`);
    const job = controllerOf(object, 'jobs');
    if (job !== null) this.#jobs.queue.add(`${namespace}/${job}`);
  }
}

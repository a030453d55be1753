/** Garbage collection: what belongs to an object that is gone goes too, in the way in which the object was deleted. */
import type { V1OwnerReference } from '@kubernetes/client-node';
import type { ApiObject, Resource } from '../api/kinds.ts';
import type { Registry } from '../api/registry.ts';
import type { Change } from '../api/store.ts';
import type { After, Lag } from '../time.ts';
import { isOwnedBy } from './owners.ts';

/** What other objects own here. */
const owned = ['replicasets', 'pods', 'endpointslices', 'jobs'] as const satisfies readonly Resource[];
const owners = ['deployments', 'replicasets', 'jobs', 'services'] as const satisfies readonly Resource[];

interface Dependent {
  readonly resource: Resource;
  readonly object: ApiObject;
}

export class GarbageCollector {
  readonly #registry: Registry;
  readonly #after: After;
  readonly #lag: Lag;

  constructor(registry: Registry, after: After, lag: Lag) {
    this.#registry = registry;
    this.#after = after;
    this.#lag = lag;
  }

  seen({ type, resource, object }: Change): void {
    const { finalizers = [], deletionTimestamp, ownerReferences = [] } = object.metadata;
    if (type === 'DELETED') {
      this.#soon(() => this.#collect(object));
      if (ownerReferences.length > 0) this.#soon(() => this.#releaseOwners(object));
      return;
    }
    if (deletionTimestamp === undefined) return;
    if (finalizers.includes('foregroundDeletion')) this.#soon(() => this.#foreground(resource, object));
    if (finalizers.includes('orphan')) this.#soon(() => this.#orphan(resource, object));
  }

  #soon(run: () => void): void {
    this.#after(this.#lag(), run);
  }

  /** Deletes what belonged to an object that is gone. */
  #collect(owner: ApiObject): void {
    for (const { resource, object } of this.#dependents(owner)) {
      const { namespace, name, deletionTimestamp } = object.metadata;
      if (deletionTimestamp === undefined)
        this.#registry.remove(resource, namespace, name, { propagationPolicy: 'Background' });
    }
  }

  /** Deletes what belongs to the object and, when all of that is gone, lets the object go. */
  #foreground(resource: Resource, { metadata }: ApiObject): void {
    const live = this.#find(resource, metadata);
    if (live?.metadata.finalizers?.includes('foregroundDeletion') !== true) return;
    const blocking = this.#dependents(live).filter(({ object }) => blocks(object, live));
    for (const { resource: kind, object } of blocking) {
      const { namespace, name, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) continue;
      this.#registry.remove(kind, namespace, name, {
        propagationPolicy: kind === 'pods' ? 'Background' : 'Foreground',
      });
    }
    if (blocking.length === 0) this.#removeFinalizer(resource, live, 'foregroundDeletion');
  }

  #releaseOwners({ metadata }: ApiObject): void {
    for (const reference of metadata.ownerReferences ?? []) {
      const owner = this.#ownerBy(metadata.namespace, reference);
      if (owner !== null) this.#foreground(owner.resource, owner.object);
    }
  }

  #orphan(resource: Resource, { metadata }: ApiObject): void {
    const live = this.#find(resource, metadata);
    if (live === null) return;
    for (const { resource: kind, object } of this.#dependents(live)) {
      const ownerReferences = object.metadata.ownerReferences?.filter(({ uid }) => uid !== live.metadata.uid) ?? [];
      this.#registry.setMetadata(kind, object, { ownerReferences });
    }
    this.#removeFinalizer(resource, live, 'orphan');
  }

  #removeFinalizer(resource: Resource, live: ApiObject, finalizer: string): void {
    const finalizers = live.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
    this.#registry.setMetadata(resource, live, { finalizers });
  }

  #dependents(owner: ApiObject): Dependent[] {
    return owned.flatMap((resource) =>
      (this.#registry.store.list(resource, owner.metadata.namespace) as ApiObject[])
        .filter((object) => isOwnedBy(object, owner))
        .map((object) => ({ resource, object })),
    );
  }

  #ownerBy(namespace: string, { name, uid }: V1OwnerReference): Dependent | null {
    for (const resource of owners) {
      const object = this.#registry.store.find(resource, namespace, name);
      if (object?.metadata.uid === uid) return { resource, object };
    }
    return null;
  }

  #find(resource: Resource, { namespace, name, uid }: ApiObject['metadata']): ApiObject | null {
    const live = this.#registry.store.find(resource, namespace, name);
    return live?.metadata.uid === uid ? live : null;
  }
}

function blocks(object: ApiObject, owner: ApiObject): boolean {
  return (
    object.metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ) === true
  );
}

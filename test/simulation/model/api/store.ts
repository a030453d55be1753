/**
 * The objects, as etcd and the watch cache keep them.
 *
 * 1. Every change has the next resource version, one sequence for all kinds.
 * 2. What is kept is frozen: it can be handed out without a copy, and nobody changes it unseen.
 * 3. The changes of each kind are kept, so that a watch can go on from an earlier version.
 */
import type { ApiObject, Kinds, Resource } from './kinds.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly revision: number;
  readonly object: ApiObject;
  readonly previous: ApiObject | null;
}

type Listener = (change: Change) => void;

export class Store {
  readonly #objects = new Map<Resource, Map<string, ApiObject>>();
  /** By kind and namespace, sorted: until the next change there. */
  readonly #lists = new Map<string, readonly ApiObject[]>();
  readonly #changes = new Map<Resource, Change[]>();
  readonly #listeners = new Set<Listener>();
  #revision = 100;
  #oldest = 0;
  #uids = 0;

  /** The resource version of the last change. */
  get revision(): number {
    return this.#revision;
  }

  /** A watch from before this version is too old. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Forgets all changes so far. */
  compact(): void {
    this.#oldest = this.#revision;
    this.#changes.clear();
  }

  newUid(): string {
    this.#uids += 1;
    return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
  }

  /** Tells of every change, after it was made and in the order in which they asked. The function given back ends it. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  find<R extends Resource>(resource: R, namespace: string, name: string): Kinds[R] | null {
    return (this.#objects.get(resource)?.get(`${namespace}/${name}`) as Kinds[R] | undefined) ?? null;
  }

  /** The objects of a namespace, in the order of their names. */
  list<R extends Resource>(resource: R, namespace = 'default'): readonly Kinds[R][] {
    const key = `${resource}/${namespace}`;
    const known = this.#lists.get(key) ?? this.#sorted(resource, namespace);
    this.#lists.set(key, known);
    return known as readonly Kinds[R][];
  }

  /** Keeps the object, under the next version. */
  put<R extends Resource>(resource: R, object: Kinds[R]): Kinds[R] {
    const { namespace, name } = object.metadata;
    const previous = this.find(resource, namespace, name);
    this.#revision += 1;
    const kept = freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#revision) },
    }) as Kinds[R];
    this.#of(resource).set(`${namespace}/${name}`, kept);
    this.#tell({ type: previous === null ? 'ADDED' : 'MODIFIED', resource, object: kept, previous });
    return kept;
  }

  /** Removes the object for good. */
  drop(resource: Resource, namespace: string, name: string): void {
    const previous = this.find(resource, namespace, name);
    if (previous === null) return;
    this.#revision += 1;
    this.#of(resource).delete(`${namespace}/${name}`);
    const metadata = { ...previous.metadata, resourceVersion: String(this.#revision) };
    this.#tell({ type: 'DELETED', resource, object: freeze({ ...previous, metadata }), previous });
  }

  /** The changes of a kind after a version, oldest first. */
  since(resource: Resource, revision: number): Change[] {
    const changes = this.#changes.get(resource) ?? [];
    const before = changes.findLastIndex((change) => change.revision <= revision);
    return changes.slice(before + 1);
  }

  #sorted(resource: Resource, namespace: string): readonly ApiObject[] {
    return [...this.#of(resource).values()].filter(({ metadata }) => metadata.namespace === namespace).sort(byName);
  }

  #of(resource: Resource): Map<string, ApiObject> {
    const known = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, known);
    return known;
  }

  #tell(change: Omit<Change, 'revision'>): void {
    const told = { ...change, revision: this.#revision };
    this.#lists.delete(`${change.resource}/${change.object.metadata.namespace}`);
    const changes = this.#changes.get(change.resource);
    if (changes === undefined) this.#changes.set(change.resource, [told]);
    else changes.push(told);
    for (const listener of this.#listeners) listener(told);
  }
}

function byName({ metadata: a }: ApiObject, { metadata: b }: ApiObject): number {
  return a.name < b.name ? -1 : 1;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

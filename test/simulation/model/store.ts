/** The objects of the model with their versions, and what was changed, in order. */
import type { KubeObject, Meta } from './objects.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly collection: string;
  readonly object: KubeObject;
  readonly before: KubeObject | null;
}

export type Draft = Omit<KubeObject, 'metadata'> & { metadata: Partial<Meta> & { name: string } };

export class Store {
  version = 100;
  readonly changes: Change[] = [];
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #uids = 0;

  get(collection: string, name: string): KubeObject | null {
    return this.#objects.get(collection)?.get(name) ?? null;
  }

  list(collection: string): KubeObject[] {
    return [...(this.#objects.get(collection)?.values() ?? [])];
  }

  /** Creates the object or takes its place; what stays the same is no change. */
  put(collection: string, draft: Draft): KubeObject {
    const before = this.get(collection, draft.metadata.name);
    if (before !== null && isSame(before, draft)) return before;
    this.version += 1;
    const respecified = before === null || JSON.stringify(before.spec) !== JSON.stringify(draft.spec);
    const metadata: Meta = {
      ...draft.metadata,
      namespace: 'default',
      uid: before?.metadata.uid ?? `uid-${(this.#uids += 1)}`,
      resourceVersion: String(this.version),
      generation: (before?.metadata.generation ?? 0) + (respecified ? 1 : 0),
    };
    const object = deepFreeze<KubeObject>({ ...draft, metadata });
    const objects = this.#objects.get(collection) ?? new Map<string, KubeObject>();
    this.#objects.set(collection, objects.set(metadata.name, object));
    this.#tell({ type: before === null ? 'ADDED' : 'MODIFIED', version: this.version, collection, object, before });
    return object;
  }

  remove(collection: string, name: string): KubeObject | null {
    const before = this.get(collection, name);
    if (before === null) return null;
    this.#objects.get(collection)?.delete(name);
    this.version += 1;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.version) } };
    this.#tell({ type: 'DELETED', version: this.version, collection, object, before });
    return before;
  }

  /** Tells of every change from now on, until the function that is given is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(change: Change): void {
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

function isSame(before: KubeObject, draft: Draft): boolean {
  const {
    namespace: _namespace,
    uid: _uid,
    resourceVersion: _version,
    generation: _generation,
    ...known
  } = before.metadata;
  const { namespace: _n, uid: _u, resourceVersion: _r, generation: _g, ...wanted } = draft.metadata;
  return JSON.stringify([known, rest(before)]) === JSON.stringify([wanted, rest(draft)]);
}

function rest({ metadata: _metadata, ...others }: Draft | KubeObject): unknown {
  return others;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) deepFreeze(field);
  return Object.freeze(value);
}

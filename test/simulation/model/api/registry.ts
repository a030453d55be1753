/**
 * The changes of objects, with everything that the API server does about them: defaults, validation, generations, quotas,
 * preconditions, deletion in its three ways.
 *
 * 1. A change holds only on the version that it names.
 * 2. A change that changes nothing makes no new version.
 */
import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../time.ts';
import { withDefaults } from './defaults.ts';
import type { Plain } from './field-sets.ts';
import {
  assertPreconditions,
  assertSame,
  generationAfter,
  generations,
  metadataAfter,
  plain,
  type Preconditions,
} from './metadata.ts';
import { apiVersionOf, kinds, qualified, type ApiObject, type Kinds, type Metadata, type Resource } from './kinds.ts';
import { assertRoom } from './quota.ts';
import { notFound, Refusal } from './refusal.ts';
import { ownersAfterUpdate, type Owners } from './server-side-apply.ts';
import type { Store } from './store.ts';
import { validate } from './validation.ts';

export interface WriteOptions {
  readonly manager: string;
  /** Everything is checked and nothing kept. */
  readonly dryRun?: boolean;
  /** Who owns which field afterwards; worked out from the change where it is not given. */
  readonly owners?: Owners;
}

export interface DeleteOptions extends Preconditions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

const noOwners: Owners = new Map();

export class Registry {
  readonly store: Store;
  readonly #owners = new Map<string, Owners>();
  #addresses = 0;
  #suffixes = 0;

  constructor(store: Store) {
    this.store = store;
  }

  /** Who owns which fields of an object, by its uid. */
  ownersOf({ metadata }: ApiObject): Owners {
    return this.#owners.get(metadata.uid) ?? noOwners;
  }

  /** Five letters for names that are made up, other ones each time. */
  newSuffix(): string {
    this.#suffixes += 1;
    return this.#suffixes.toString(36).padStart(5, 'x');
  }

  create<R extends Resource>(resource: R, namespace: string, given: object, options: WriteOptions): Kinds[R] {
    if (resource !== 'namespaces' && this.store.find('namespaces', '', namespace) === null) {
      throw notFound('namespaces', namespace);
    }
    const object = this.#newObject(resource, namespace, given);
    const { name } = object.metadata;
    assertRoom(this.store, resource, object);
    if (this.store.find(resource, namespace, name) !== null) {
      throw new Refusal('AlreadyExists', `${qualified(resource)} "${name}" already exists`);
    }
    validate(resource, object, null);
    if (options.dryRun === true) return object;
    this.#own(resource, null, object, options);
    return this.store.put(resource, object);
  }

  /** Brings an object into the state that is given, but for what nobody may change. */
  update<R extends Resource>(resource: R, before: Kinds[R], given: object, options: WriteOptions): Kinds[R] {
    const { metadata, ...rest } = given as Kinds[R];
    assertSame(resource, before, metadata);
    const changed = withDefaults(
      resource,
      { ...rest, ...statusOf(before), metadata: metadataAfter(before.metadata, metadata) } as Kinds[R],
      () => this.#newAddress(),
    );
    const after = plain({ ...changed, metadata: generationAfter(resource, before, changed) });
    validate(resource, after, before);
    if (options.dryRun === true) return after;
    this.#own(resource, before, after, options);
    if (isDeepStrictEqual(after, before)) return before;
    return this.#putOrDrop(resource, after);
  }

  /** What a controller or a node writes: the status alone, whoever changed the rest in the meantime. */
  setStatus<R extends Resource>(
    resource: R,
    { metadata }: Kinds[R],
    status: Kinds[R] extends { readonly status?: infer S } ? S : never,
  ): void {
    const live: ApiObject | null = this.store.find(resource, metadata.namespace, metadata.name);
    if (live?.metadata.uid !== metadata.uid || isDeepStrictEqual(live.status, status)) return;
    this.store.put(resource, { ...live, status } as unknown as Kinds[R]);
  }

  /** Changes the metadata as garbage collection does. */
  setMetadata<R extends Resource>(resource: R, live: Kinds[R], changes: Partial<Metadata>): void {
    this.#putOrDrop(resource, { ...live, metadata: { ...live.metadata, ...changes } });
  }

  /** Deletes, or begins to; gives the object as it is then, or was last. */
  remove<R extends Resource>(resource: R, namespace: string, name: string, options: DeleteOptions): Kinds[R] {
    const live = this.store.find(resource, namespace, name);
    if (live === null) throw notFound(resource, name);
    assertPreconditions(resource, live, options);
    if (options.dryRun === true || live.metadata.deletionTimestamp !== undefined) return live;
    const grace = resource === 'pods' ? graceOf(live as Kinds['pods'], options) : 0;
    const finalizers = [...(live.metadata.finalizers ?? []), ...finalizerOf(options)];
    if (grace === 0 && finalizers.length === 0) {
      this.#drop(resource, live);
      return live;
    }
    const { generation } = live.metadata;
    return this.store.put(resource, {
      ...live,
      metadata: {
        ...live.metadata,
        ...(finalizers.length === 0 ? {} : { finalizers }),
        ...(generation === undefined ? {} : { generation: generation + 1 }),
        deletionTimestamp: timestamp(Date.now() + grace * 1_000),
        deletionGracePeriodSeconds: grace,
      },
    });
  }

  /** What a node does once the containers of a pod have ended. */
  finish(pod: Kinds['pods']): void {
    const live = this.store.find('pods', pod.metadata.namespace, pod.metadata.name);
    if (live?.metadata.uid === pod.metadata.uid) this.#drop('pods', live);
  }

  /** Kept for what is applied by anybody. */
  #own(resource: Resource, before: ApiObject | null, after: ApiObject, { owners, manager }: WriteOptions): void {
    if (owners === undefined && resource !== 'services' && resource !== 'deployments') return;
    const known = before === null ? noOwners : this.ownersOf(before);
    const [old, now] = [before ?? {}, after] as unknown as [Plain, Plain];
    this.#owners.set(after.metadata.uid, owners ?? ownersAfterUpdate(known, manager, old, now));
  }

  #putOrDrop<R extends Resource>(resource: R, object: Kinds[R]): Kinds[R] {
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp === undefined || finalizers.length > 0 || resource === 'pods') {
      return this.store.put(resource, object);
    }
    this.#drop(resource, object);
    return object;
  }

  #drop(resource: Resource, { metadata }: ApiObject): void {
    this.#owners.delete(metadata.uid);
    this.store.drop(resource, metadata.namespace, metadata.name);
  }

  #newObject<R extends Resource>(resource: R, namespace: string, given: object): Kinds[R] {
    const {
      metadata,
      status: _status,
      ...rest
    } = given as ApiObject & { metadata?: Metadata & { generateName?: string } };
    const { generateName, ...named } = metadata ?? {};
    const name = named.name ?? (generateName === undefined ? '' : `${generateName}${this.newSuffix()}`);
    const object = {
      apiVersion: apiVersionOf(resource),
      kind: kinds[resource].kind,
      ...rest,
      metadata: {
        ...named,
        name,
        namespace,
        uid: this.store.newUid(),
        resourceVersion: '',
        creationTimestamp: timestamp(),
        ...(generations.has(resource) ? { generation: 1 } : {}),
      },
    };
    return plain(withDefaults(resource, object as unknown as Kinds[R], () => this.#newAddress()));
  }

  #newAddress(): string {
    this.#addresses += 1;
    return `10.96.${Math.floor(this.#addresses / 250)}.${(this.#addresses % 250) + 1}`;
  }
}

/** Seconds that a pod gets to end; none for one that no node has, or that has ended. */
function graceOf({ spec, status }: Kinds['pods'], { gracePeriodSeconds }: DeleteOptions): number {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (isOver || spec?.nodeName === undefined) return 0;
  return gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function statusOf(object: ApiObject): Pick<ApiObject, 'status'> {
  return object.status === undefined ? {} : { status: object.status };
}

function finalizerOf({ propagationPolicy }: DeleteOptions): string[] {
  if (propagationPolicy === 'Foreground') return ['foregroundDeletion'];
  return propagationPolicy === 'Orphan' ? ['orphan'] : [];
}

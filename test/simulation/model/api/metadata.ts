/** What becomes of an object's metadata in a change, and the versions that a change demands. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ApiObject, Kinds, Metadata, Resource } from './kinds.ts';
import { conflict, modified } from './refusal.ts';

export interface Preconditions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** Kinds whose specs are counted. */
export const generations: ReadonlySet<Resource> = new Set(['deployments', 'replicasets', 'jobs']);

/** Raised with the spec and, of a Deployment, with the annotations. */
export function generationAfter<R extends Resource>(resource: R, before: Kinds[R], after: Kinds[R]): Metadata {
  const { generation } = before.metadata;
  if (generation === undefined) return after.metadata;
  const [old, now] = [before, after] as readonly ApiObject[];
  const isAnnotated =
    resource === 'deployments' && !isDeepStrictEqual(old?.metadata.annotations, now?.metadata.annotations);
  const isChanged = isAnnotated || !isDeepStrictEqual(plain(old?.spec ?? {}), plain(now?.spec ?? {}));
  return { ...after.metadata, generation: isChanged ? generation + 1 : generation };
}

/** Of the metadata only labels, annotations, owners and finalizers can be changed. */
export function metadataAfter(before: Metadata, given: Partial<Metadata> | undefined): Metadata {
  const {
    labels: _labels,
    annotations: _annotations,
    finalizers: _finalizers,
    ownerReferences: _owners,
    ...fixed
  } = before;
  const { labels, annotations, finalizers, ownerReferences } = given ?? {};
  return {
    ...fixed,
    ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
    ...(annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(finalizers === undefined || finalizers.length === 0 ? {} : { finalizers }),
    ...(ownerReferences === undefined || ownerReferences.length === 0 ? {} : { ownerReferences }),
  };
}

/** Throws a Refusal (409) where a change was made from another version, or another object. */
export function assertSame(
  resource: Resource,
  { metadata: live }: ApiObject,
  given: Partial<Metadata> | undefined,
): void {
  const { uid, resourceVersion } = given ?? {};
  if (uid !== undefined && uid !== live.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.uid}`;
    throw conflict(resource, live.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.resourceVersion) {
    throw conflict(resource, live.name, modified);
  }
}

/** Throws a Refusal (409) where what is to be deleted is not what was looked at. */
export function assertPreconditions(
  resource: Resource,
  { metadata }: ApiObject,
  { preconditions = {} }: Preconditions,
): void {
  const { uid = metadata.uid, resourceVersion = metadata.resourceVersion } = preconditions;
  if (uid !== metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
    throw conflict(resource, metadata.name, why);
  }
  if (resourceVersion === metadata.resourceVersion) return;
  const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
  throw conflict(resource, metadata.name, why);
}

/** As it would arrive: without what is undefined. */
export function plain<T>(object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}

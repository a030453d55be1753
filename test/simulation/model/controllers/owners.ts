import type { V1OwnerReference } from '@kubernetes/client-node';
import { apiVersionOf, kinds, type ApiObject, type Resource } from '../api/kinds.ts';

/** The reference by which an object belongs to the one that controls it. */
export function ownedBy(resource: Resource, { metadata }: ApiObject): V1OwnerReference {
  const { name, uid } = metadata;
  return {
    apiVersion: apiVersionOf(resource),
    kind: kinds[resource].kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The name of the object of this kind that controls it, or null. */
export function controllerOf({ metadata }: ApiObject, resource: Resource): string | null {
  const { kind } = kinds[resource];
  return metadata.ownerReferences?.find((owner) => owner.controller === true && owner.kind === kind)?.name ?? null;
}

export function isOwnedBy({ metadata }: ApiObject, owner: ApiObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;
}

/** ResourceQuotas: refused is what would go over one; what is used is counted from what is there. */
import type { V1PodSpec } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import { parseQuantity } from '../../../../src/kubernetes/preflight/quantity.ts';
import { podDemand } from '../../../../src/kubernetes/preflight/quota.ts';
import { kinds, type ApiObject, type Kinds, type Resource } from './kinds.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

type Amounts = Readonly<Record<string, number>>;

/** What one object takes, by the names of a quota. */
function demandOf(resource: Resource, object: ApiObject): Amounts {
  if (resource !== 'pods') {
    const { group } = kinds[resource];
    return { [resource]: 1, [`count/${resource}${group === '' ? '' : `.${group}`}`]: 1 };
  }
  const { phase } = (object.status ?? {}) as { phase?: string };
  return phase === 'Succeeded' || phase === 'Failed' ? {} : podDemand(object.spec as Json<V1PodSpec>, 1);
}

/** Throws a Refusal (403) where the namespace has no room for one more such object. */
export function assertRoom(store: Store, resource: Resource, object: ApiObject): void {
  const { name, namespace } = object.metadata;
  const quotas = store.list('resourcequotas', namespace);
  const demand = quotas.length === 0 ? {} : demandOf(resource, object);
  for (const quota of quotas) {
    const over = Object.entries(quota.spec?.hard ?? {}).filter(([limited, limit]) => {
      const asked = demand[limited] ?? 0;
      return asked > 0 && used(store, namespace, limited) + asked > (parseQuantity(limit) ?? Infinity);
    });
    if (over.length === 0) continue;
    const words = over.map(
      ([limited, limit]) =>
        `requested: ${limited}=${demand[limited] ?? 0}, used: ${limited}=${used(store, namespace, limited)}, limited: ${limited}=${limit}`,
    );
    throw new Refusal(
      'Forbidden',
      `${resource} "${name}" is forbidden: exceeded quota: ${quota.metadata.name}, ${words.join(', ')}`,
    );
  }
}

/** A quota as it is read: with what is used at this moment. */
export function withUsage(store: Store, quota: Kinds['resourcequotas']): object {
  const hard = quota.spec?.hard ?? {};
  const usage = Object.keys(hard).map((limited) => [limited, String(used(store, quota.metadata.namespace, limited))]);
  return { ...quota, status: { hard, used: Object.fromEntries(usage) } };
}

function used(store: Store, namespace: string, limited: string): number {
  const counted = (Object.keys(kinds) as Resource[]).filter(
    (resource) => resource === 'pods' || limited.replace(/^count\//, '').split('.', 1)[0] === resource,
  );
  return counted
    .flatMap((resource) => store.list(resource, namespace).map((object) => demandOf(resource, object)[limited] ?? 0))
    .reduce((sum, one) => sum + one, 0);
}

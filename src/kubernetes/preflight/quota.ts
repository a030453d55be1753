/** Whether the namespace's ResourceQuotas have room for a second environment. Pure. */
import type { V1Container, V1PodSpec, V1ResourceQuota } from '@kubernetes/client-node';
import type { Json } from '../api-server.ts';
import { parseQuantity } from './quantity.ts';

/** What one environment takes from a quota, by the quota's resource names. */
export type Demand = Readonly<Record<string, number>>;

const computeResources = ['cpu', 'memory', 'ephemeral-storage'] as const;

/** What `replicas` pods of this template take, as far as they declare it. */
export function podDemand(pod: Json<V1PodSpec> | undefined, replicas: number): Demand {
  const demand: Record<string, number> = { pods: replicas, 'count/pods': replicas };
  for (const resource of computeResources) {
    const requests = replicas * perPod(pod, 'requests', resource);
    demand[resource] = requests;
    demand[`requests.${resource}`] = requests;
    demand[`limits.${resource}`] = replicas * perPod(pod, 'limits', resource);
  }
  return demand;
}

/** Adds demands up; a factor of -1 takes one away. */
export function addDemands(a: Demand, b: Demand, factor = 1): Demand {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + factor * (b[name] ?? 0)]));
}

/** One sentence for each resource of each quota that is too small. Quotas for a part of the pods are not judged. */
export function quotaProblems(quotas: readonly Json<V1ResourceQuota>[], demand: Demand): string[] {
  return quotas.filter((quota) => !isScoped(quota)).flatMap((quota) => problemsOf(quota, demand));
}

/** Whether a quota counts only some of the pods, by their priority for example. */
export function isScoped({ spec }: Json<V1ResourceQuota>): boolean {
  return (spec?.scopes ?? []).length > 0 || spec?.scopeSelector !== undefined;
}

function problemsOf({ metadata, spec, status }: Json<V1ResourceQuota>, demand: Demand): string[] {
  const hard = status?.hard ?? spec?.hard ?? {};
  return Object.entries(hard).flatMap(([resource, limit]) => {
    const needed = demand[resource] ?? 0;
    const used = status?.used?.[resource] ?? '0';
    const left = (parseQuantity(limit) ?? Number.POSITIVE_INFINITY) - (parseQuantity(used) ?? 0);
    if (needed <= 0 || needed <= left + 1e-9) return [];
    return [
      `the ResourceQuota "${metadata?.name ?? ''}" is too small for two environments: ${resource} is limited to ${limit}, ${used} are used, and the candidate needs ${show(needed)} more: raise the quota, or lower replicas in the spec`,
    ];
  });
}

type Kind = 'requests' | 'limits';

/** Containers run beside each other, init containers one after the other before them (but for sidecars). */
function perPod(pod: Json<V1PodSpec> | undefined, kind: Kind, resource: string): number {
  const init = pod?.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const beside = [...(pod?.containers ?? []), ...sidecars].map((container) => declaredBy(container, kind, resource));
  const running = beside.reduce((total, one) => total + one, 0);
  return Math.max(running, ...init.map((container) => declaredBy(container, kind, resource)));
}

/** A limit without a request is the request too. */
function declaredBy({ resources }: Json<V1Container>, kind: Kind, resource: string): number {
  const limit = resources?.limits?.[resource];
  const declared = kind === 'limits' ? limit : (resources?.requests?.[resource] ?? limit);
  return declared === undefined ? 0 : (parseQuantity(declared) ?? 0);
}

function show(amount: number): string {
  if (amount >= 2 ** 20) return `${Math.ceil(amount / 2 ** 20)}Mi`;
  return Number.isInteger(amount) ? String(amount) : `${Math.ceil(amount * 1_000)}m`;
}

/** How far a rolling update may go: the sizes of a Deployment's ReplicaSets. Pure. */
import type { V1DeploymentStrategy } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';

export interface SetSize {
  readonly name: string;
  readonly replicas: number;
  readonly available: number;
}

interface Rollout {
  readonly replicas: number;
  readonly strategy: Json<V1DeploymentStrategy> | undefined;
  readonly current: SetSize;
  readonly old: readonly SetSize[];
}

/** How many pods there may be beyond, and be missing from, what is desired. */
export function limitsOf(
  strategy: Json<V1DeploymentStrategy> | undefined,
  replicas: number,
): { surge: number; unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, replicas, Math.ceil);
  const unavailable = share(maxUnavailable, replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function share(value: string | number, replicas: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) / 100) * replicas) : Number(value);
}

/** The sizes that the sets get next, by their names. */
export function nextSizes({ replicas, strategy, current, old }: Rollout): Map<string, number> {
  const sizes = new Map([current, ...old].map(({ name, replicas: size }) => [name, size]));
  const total = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const isRecreated = strategy?.type === 'Recreate';
  if (isRecreated) {
    for (const { name } of old) sizes.set(name, 0);
    if (old.every(({ replicas: size }) => size === 0)) sizes.set(current.name, replicas);
    return sizes;
  }
  const { surge, unavailable } = limitsOf(strategy, replicas);
  const room = Math.max(0, replicas + surge - total());
  sizes.set(current.name, Math.min(replicas, current.replicas + room));
  let spare = total() - (replicas - unavailable) - Math.max(0, (sizes.get(current.name) ?? 0) - current.available);
  for (const { name, replicas: size } of old) {
    const fewer = Math.max(0, Math.min(size, spare));
    sizes.set(name, size - fewer);
    spare -= fewer;
  }
  return sizes;
}

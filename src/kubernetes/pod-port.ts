import type { Cluster } from './cluster.ts';
import { readProduction, type ProductionService, type ServiceReference } from './production.ts';
import type { SlotView } from './slot.ts';

/**
 * The container port that the production Service's first port leads to. A named one is looked up in the slot's pods; where
 * they do not declare it, the Service's own port is the best guess.
 */
export async function podPort(cluster: Cluster, reference: ServiceReference, slot: SlotView | null): Promise<number> {
  return podPortOf(await readProduction(cluster, reference), slot);
}

export function podPortOf({ object }: ProductionService, slot: SlotView | null): number {
  const [port] = object.spec?.ports ?? [];
  const target = port?.targetPort;
  if (typeof target === 'number') return target;
  const containers = slot?.deployment.spec?.template.spec?.containers ?? [];
  const declared = containers
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name }) => name !== undefined && name === target);
  return declared?.containerPort ?? port?.port ?? 80;
}

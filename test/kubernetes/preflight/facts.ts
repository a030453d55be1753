import type { Facts } from '../../../src/kubernetes/preflight/facts.ts';
import { viewPod } from '../../../src/kubernetes/pod.ts';
import { viewProduction } from '../../../src/kubernetes/production.ts';
import { viewSlot, type SlotView } from '../../../src/kubernetes/slot.ts';
import type { Slot } from '../../../src/domain/slot.ts';
import { deployment, pod, service } from '../objects.ts';

export function slotView(slot: Slot, replicas = 2): SlotView {
  const pods = Array.from({ length: replicas }, (_, index) => viewPod(pod(`${slot}-${index}`)));
  return viewSlot({ namespace: 'default', app: 'api', slot }, deployment(slot, replicas), pods);
}

/** A namespace in which blue is live and nothing else is there. */
export function factsOf(changes: Partial<Facts> = {}): Facts {
  return {
    namespaceExists: true,
    production: viewProduction(service()),
    selectsPods: true,
    slots: { blue: slotView('blue'), green: null },
    previews: [],
    quotas: [],
    autoscalers: [],
    ...changes,
  };
}

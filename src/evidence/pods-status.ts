/** What Kubernetes says of a slot's pods: how many are ready, and how often their containers were restarted. */
import type { SlotView } from '../kubernetes/slot.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export function podsStatus(read: (subject: Subject) => Promise<SlotView | null>): Source {
  return {
    name: 'pod status',
    async sample(subject: Subject): Promise<Reading> {
      const view = await read(subject);
      if (view === null) return unmeasured(`the slot ${subject.slot} has no Deployment`);
      const { readyPods: ready, desiredPods: desired } = view.state;
      const restarts = Object.fromEntries(view.pods.map((pod) => [pod.uid, pod.restarts]));
      return { kind: 'sample', sample: { pods: { ready, desired, restarts } } };
    },
  };
}

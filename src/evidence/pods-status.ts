/** What Kubernetes says of a slot's pods: how many are ready, and how often their containers were restarted. */
import { slotName } from '../domain/slot.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { SlotView } from '../kubernetes/slot.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

/** `read` gives null for a slot without a Deployment, which is a slot without a pod that it should have. */
export function podsStatus(read: (subject: Subject) => Promise<SlotView | null>): Source {
  return {
    name: 'pod status',
    async sample(subject, signal): Promise<Reading> {
      try {
        return statusOf(subject, await read(subject));
      } catch (error) {
        signal.throwIfAborted();
        return unmeasured(describeApiError(error));
      }
    },
  };
}

function statusOf({ spec, slot }: Subject, view: SlotView | null): Reading {
  if (view === null) {
    const pods = { ready: 0, desired: spec.replicas ?? 1, uids: [], restarts: {} };
    return { kind: 'sample', sample: { pods }, missed: [`there is no Deployment ${slotName(spec.app, slot)}`] };
  }
  const { readyPods: ready, desiredPods: desired } = view.state;
  const restarted = view.pods.filter(({ restarts }) => restarts > 0);
  const restarts = Object.fromEntries(restarted.map(({ uid, restarts: times }) => [uid, times]));
  const oomKills = view.pods.flatMap(({ name, uid, oomKills: kills }) =>
    kills.map((kill) => ({ uid, pod: name, ...kill })),
  );
  const uids = view.pods.map(({ uid }) => uid);
  const failing = view.pods.filter(isFailing).length;
  const evicted = view.pods.filter(({ ended }) => ended === byNode).length;
  return { kind: 'sample', sample: { pods: { ready, desired, uids, failing, evicted, restarts, oomKills } } };
}

/** The kubelet's word for a pod that used too much of a resource: beyond its limit, or the most beyond what it asked for. */
const byNode = 'Evicted';

/** The kubelet's word for a container that ends again and again. */
const crashLoop = 'CrashLoopBackOff';

/** Neither one that goes, by whatever hand, nor one that is new and needs its time to become ready. */
function isFailing({ ready, terminating, disrupted, ended, everReady, restarts, problem }: PodView): boolean {
  const isGoing = terminating || disrupted || ended !== null;
  // An init container is not among those whose restarts are counted.
  return !ready && !isGoing && (everReady || restarts > 0 || problem?.reason === crashLoop);
}

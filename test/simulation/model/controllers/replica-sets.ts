/** ReplicaSets: as many pods as they should have, and how many of these are ready and available. */
import type { V1ReplicaSetStatus } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import type { Kinds } from '../api/kinds.ts';
import { Refusal } from '../api/refusal.ts';
import type { Registry } from '../api/registry.ts';
import { isServing } from '../objects.ts';
import { timestamp, type After, type Lag } from '../time.ts';
import { isOwnedBy, ownedBy } from './owners.ts';
import { partsOf, WorkQueue } from './work-queue.ts';

type ReplicaSet = Kinds['replicasets'];
type Pod = Kinds['pods'];

const manager = 'kube-controller-manager';
/** How long after a refusal it tries again. */
const retryMs = 5_000;

export class ReplicaSets {
  readonly queue: WorkQueue;
  readonly #registry: Registry;
  readonly #after: After;

  constructor(registry: Registry, after: After, lag: Lag) {
    this.#registry = registry;
    this.#after = after;
    this.queue = new WorkQueue(after, lag, (key) => this.#work(key));
  }

  #work(key: string): void {
    const [namespace, name] = partsOf(key);
    const { store } = this.#registry;
    const set = store.find('replicasets', namespace, name);
    if (set === null) return;
    const failure = set.metadata.deletionTimestamp === undefined ? this.#scale(set) : null;
    if (failure !== null) this.#after(retryMs, () => this.queue.add(key));
    this.#writeStatus(key, set, failure);
  }

  /** Makes or deletes pods; gives why some could not be made, or null. */
  #scale(set: ReplicaSet): string | null {
    const pods = activePods(this.#registry, set);
    const missing = (set.spec?.replicas ?? 1) - pods.length;
    if (missing < 0) {
      for (const pod of [...pods].sort(lessWanted).slice(0, -missing)) {
        this.#registry.remove('pods', pod.metadata.namespace, pod.metadata.name, {});
      }
      return null;
    }
    try {
      for (let made = 0; made < missing; made += 1) this.#createPod(set);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  #createPod(set: ReplicaSet): void {
    const { name, namespace } = set.metadata;
    const { metadata, spec } = set.spec?.template ?? {};
    const { labels, annotations } = metadata ?? {};
    const pod = {
      metadata: {
        generateName: `${name}-`,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [ownedBy('replicasets', set)],
      },
      spec,
    };
    this.#registry.create('pods', namespace, pod, { manager });
  }

  #writeStatus(key: string, set: ReplicaSet, failure: string | null): void {
    const pods = activePods(this.#registry, set);
    const ready = pods.filter(isServing);
    const waits = ready.map((pod) => availableIn(pod, set.spec?.minReadySeconds ?? 0));
    const next = Math.min(...waits.filter((wait) => wait > 0));
    if (Number.isFinite(next)) this.#after(next, () => this.queue.add(key));
    const known = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: failure ?? '',
      lastTransitionTime: known?.lastTransitionTime ?? timestamp(),
    };
    const status: Json<V1ReplicaSetStatus> = {
      replicas: pods.length,
      readyReplicas: ready.length,
      availableReplicas: waits.filter((wait) => wait <= 0).length,
      observedGeneration: set.metadata.generation ?? 1,
      ...(failure === null ? {} : { conditions: [condition] }),
    };
    this.#registry.setStatus('replicasets', set, status);
  }
}

/** Those that have not ended and are not about to. */
export function activePods({ store }: Registry, set: ReplicaSet): Pod[] {
  return store
    .list('pods', set.metadata.namespace)
    .filter((pod) => isOwnedBy(pod, set) && pod.metadata.deletionTimestamp === undefined)
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}

/** Milliseconds until a ready pod counts as available; 0 or less when it does. */
function availableIn({ status }: Pod, minReadySeconds: number): number {
  if (minReadySeconds === 0) return 0;
  const since = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return Date.parse(since ?? '') + minReadySeconds * 1_000 - Date.now();
}

/** First what is not ready, then what is youngest. */
function lessWanted(a: Pod, b: Pod): number {
  const byReadiness = Number(isServing(a)) - Number(isServing(b));
  if (byReadiness !== 0) return byReadiness;
  return a.metadata.uid < b.metadata.uid ? 1 : -1;
}

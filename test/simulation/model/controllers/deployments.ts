/** Deployments: a ReplicaSet for each template, rolled from one to the next, and the status that tells of it. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { V1DeploymentCondition, V1DeploymentStatus } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import type { Kinds } from '../api/kinds.ts';
import type { Registry } from '../api/registry.ts';
import { timestamp, type After, type Lag } from '../time.ts';
import { isOwnedBy, ownedBy } from './owners.ts';
import { limitsOf, nextSizes, type SetSize } from './rolling-update.ts';
import { partsOf, WorkQueue } from './work-queue.ts';

type Deployment = Kinds['deployments'];
type ReplicaSet = Kinds['replicasets'];

const manager = 'kube-controller-manager';
const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';

export class Deployments {
  readonly queue: WorkQueue;
  readonly #registry: Registry;

  constructor(registry: Registry, after: After, lag: Lag) {
    this.#registry = registry;
    this.queue = new WorkQueue(after, lag, (key) => this.#work(key));
  }

  #work(key: string): void {
    const deployment = this.#registry.store.find('deployments', ...partsOf(key));
    if (deployment === null) return;
    if (deployment.metadata.deletionTimestamp === undefined) this.#roll(deployment);
    this.#writeStatus(deployment);
  }

  #roll(deployment: Deployment): void {
    const { replicas = 1, strategy, paused } = deployment.spec ?? {};
    const hash = hashOf(deployment);
    const sets = this.#setsOf(deployment);
    const current = sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hash);
    if (current === undefined) {
      if (paused !== true) this.#createSet(deployment, hash, sets);
      return;
    }
    const old = sets.filter((set) => set !== current);
    const isRolling = old.some(({ spec }) => (spec?.replicas ?? 0) > 0);
    const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
    const sizes =
      paused === true && isRolling
        ? new Map<string, number>()
        : nextSizes({ replicas, strategy, current: sizeOf(current), old: old.map(sizeOf) });
    for (const set of sets) this.#resize(set, sizes.get(set.metadata.name), minReadySeconds);
  }

  #resize(set: ReplicaSet, size: number | undefined, minReadySeconds: number): void {
    const replicas = size ?? set.spec?.replicas ?? 1;
    if (set.spec?.replicas === replicas && (set.spec.minReadySeconds ?? 0) === minReadySeconds) return;
    const spec = { ...set.spec, replicas, minReadySeconds };
    this.#registry.update('replicasets', set, { ...set, spec }, { manager });
  }

  #createSet(deployment: Deployment, hash: string, sets: readonly ReplicaSet[]): void {
    const { spec, metadata } = deployment;
    const { template, selector, replicas = 1, strategy, minReadySeconds = 0 } = spec ?? { template: {}, selector: {} };
    const { name, namespace } = metadata;
    const labels = { ...template.metadata?.labels, [hashLabel]: hash };
    const current = { name: `${name}-${hash}`, replicas: 0, available: 0 };
    const size = nextSizes({ replicas, strategy, current, old: sets.map(sizeOf) }).get(current.name);
    const set = {
      metadata: { name: current.name, labels, ownerReferences: [ownedBy('deployments', deployment)] },
      spec: {
        replicas: size,
        minReadySeconds,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    this.#registry.create('replicasets', namespace, set, { manager });
    this.#annotate(deployment, String(sets.length + 1));
  }

  /** Through the status, so that the generation stays. */
  #annotate({ metadata: { namespace, name } }: Deployment, revision: string): void {
    const { store } = this.#registry;
    const live = store.find('deployments', namespace, name);
    if (live === null || live.metadata.annotations?.[revisionAnnotation] === revision) return;
    const annotations = { ...live.metadata.annotations, [revisionAnnotation]: revision };
    store.put('deployments', { ...live, metadata: { ...live.metadata, annotations } });
  }

  #setsOf(deployment: Deployment): ReplicaSet[] {
    return this.#registry.store
      .list('replicasets', deployment.metadata.namespace)
      .filter((set) => isOwnedBy(set, deployment));
  }

  #writeStatus(deployment: Deployment): void {
    const { replicas: desired = 1, strategy } = deployment.spec ?? {};
    const sets = this.#setsOf(deployment);
    const current = sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hashOf(deployment));
    const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
      sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
    const available = sum('availableReplicas');
    const isAvailable = available >= desired - limitsOf(strategy, desired).unavailable;
    const failure = sets
      .flatMap(({ status }) => status?.conditions ?? [])
      .find(({ type }) => type === 'ReplicaFailure');
    const known = deployment.status?.conditions ?? [];
    const status: Json<V1DeploymentStatus> = {
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas: sum('replicas'),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, desired - available),
      conditions: [
        condition(known, { type: 'Available', status: isAvailable ? 'True' : 'False', reason: 'MinimumReplicas' }),
        ...(failure === undefined ? [] : [condition(known, failure)]),
      ],
    };
    const { collisionCount: _none, ...before } = deployment.status ?? {};
    if (!isDeepStrictEqual(before, status)) this.#registry.setStatus('deployments', deployment, status);
  }
}

type Condition = Json<V1DeploymentCondition>;

function condition(
  known: readonly Condition[],
  { type, status, reason, message }: { type: string; status: string; reason?: string; message?: string },
): Condition {
  const before = known.find((one) => one.type === type);
  const since = before?.status === status ? before.lastTransitionTime : timestamp();
  return {
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(since === undefined ? {} : { lastTransitionTime: since }),
  };
}

function sizeOf({ metadata, spec, status }: ReplicaSet): SetSize {
  return { name: metadata.name, replicas: spec?.replicas ?? 1, available: status?.availableReplicas ?? 0 };
}

const hashes = new WeakMap<object, string>();

/** The same for the same template. */
function hashOf({ spec }: Deployment): string {
  const template = spec?.template ?? {};
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
  hashes.set(template, hash);
  return hash;
}

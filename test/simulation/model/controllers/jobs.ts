/** Jobs: one pod after the other until one succeeds, too many have failed or the time is over. */
import type { V1JobStatus } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import type { Kinds } from '../api/kinds.ts';
import type { Registry } from '../api/registry.ts';
import { timestamp, type After, type Lag } from '../time.ts';
import { isOwnedBy, ownedBy } from './owners.ts';
import { partsOf, WorkQueue } from './work-queue.ts';

type Job = Kinds['jobs'];

const manager = 'kube-controller-manager';

export class Jobs {
  readonly queue: WorkQueue;
  readonly #registry: Registry;
  readonly #after: After;
  readonly #limited = new Set<string>();

  constructor(registry: Registry, after: After, lag: Lag) {
    this.#registry = registry;
    this.#after = after;
    this.queue = new WorkQueue(after, lag, (key) => this.#work(key));
  }

  #work(key: string): void {
    const job = this.#registry.store.find('jobs', ...partsOf(key));
    if (job === null || job.metadata.deletionTimestamp !== undefined || isOver(job)) return;
    this.#limit(key, job);
    const pods = this.#podsOf(job);
    const failed = pods.filter(({ status }) => status?.phase === 'Failed').length;
    const active = pods.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded').length;
    if (pods.some(({ status }) => status?.phase === 'Succeeded')) {
      this.#finish(job, { succeeded: 1, failed }, { type: 'Complete', reason: 'CompletionsReached' });
      return;
    }
    if (failed > (job.spec?.backoffLimit ?? 6)) {
      const message = 'Job has reached the specified backoff limit';
      this.#finish(job, { failed }, { type: 'Failed', reason: 'BackoffLimitExceeded', message });
      return;
    }
    if (active === 0) this.#createPod(job);
    const startTime = job.status?.startTime ?? timestamp();
    this.#registry.setStatus('jobs', job, {
      startTime,
      active: Math.max(1, active),
      ...(failed > 0 ? { failed } : {}),
    });
  }

  #limit(key: string, job: Job): void {
    const { activeDeadlineSeconds } = job.spec ?? {};
    if (activeDeadlineSeconds === undefined || this.#limited.has(job.metadata.uid)) return;
    this.#limited.add(job.metadata.uid);
    this.#after(activeDeadlineSeconds * 1_000, () => {
      const live = this.#registry.store.find('jobs', ...partsOf(key));
      if (live === null || live.metadata.uid !== job.metadata.uid || isOver(live)) return;
      for (const { metadata } of this.#podsOf(live))
        this.#registry.remove('pods', metadata.namespace, metadata.name, {});
      const message = 'Job was active longer than specified deadline';
      this.#finish(live, { failed: 1 }, { type: 'Failed', reason: 'DeadlineExceeded', message });
    });
  }

  #finish(
    job: Job,
    counts: Pick<Json<V1JobStatus>, 'succeeded' | 'failed'>,
    condition: { type: 'Complete' | 'Failed'; reason: string; message?: string },
  ): void {
    const at = timestamp();
    this.#registry.setStatus('jobs', job, {
      ...(job.status?.startTime === undefined ? {} : { startTime: job.status.startTime }),
      ...counts,
      ...(condition.type === 'Complete' ? { completionTime: at } : {}),
      conditions: [{ ...condition, status: 'True', lastTransitionTime: at, lastProbeTime: at }],
    });
    const { ttlSecondsAfterFinished } = job.spec ?? {};
    if (ttlSecondsAfterFinished === undefined) return;
    this.#after(ttlSecondsAfterFinished * 1_000, () => {
      const { namespace, name, uid } = job.metadata;
      if (this.#registry.store.find('jobs', namespace, name)?.metadata.uid !== uid) return;
      this.#registry.remove('jobs', namespace, name, { propagationPolicy: 'Background' });
    });
  }

  #podsOf(job: Job): Kinds['pods'][] {
    return this.#registry.store.list('pods', job.metadata.namespace).filter((pod) => isOwnedBy(pod, job));
  }

  #createPod(job: Job): void {
    const { name, namespace, uid } = job.metadata;
    const { metadata, spec } = job.spec?.template ?? {};
    const labels = {
      ...metadata?.labels,
      'job-name': name,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'batch.kubernetes.io/controller-uid': uid,
    };
    const own = { generateName: `${name}-`, labels, ownerReferences: [ownedBy('jobs', job)] };
    this.#registry.create('pods', namespace, { metadata: own, spec }, { manager });
  }
}

function isOver({ status }: Job): boolean {
  return (
    status?.conditions?.some(
      ({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'),
    ) === true
  );
}

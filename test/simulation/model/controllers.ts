/**
 * What moves by itself in a cluster: Deployments make pods, pods start and become ready, EndpointSlices follow pods and
 * Services, Jobs run, owned objects go with their owners. Every reaction takes its time.
 */
import type { VirtualClock } from '../clock.ts';
import type { Random } from '../random.ts';
import {
  collections,
  hasLabels,
  isReady,
  labelsOf,
  replicasOf,
  selectorOf,
  templateOf,
  type KubeObject,
} from './objects.ts';
import type { Change, Store } from './store.ts';
import type { Workload } from './workload.ts';

const { pods, deployments, services, slices, jobs } = collections;

export class Controllers {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #store: Store;
  readonly #workload: Workload;
  readonly #due = new Set<string>();
  readonly #beforeEndpoints: () => void;
  #names = 0;

  constructor(
    { clock, random, store, workload }: { clock: VirtualClock; random: Random; store: Store; workload: Workload },
    beforeEndpoints: () => void,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#store = store;
    this.#workload = workload;
    this.#beforeEndpoints = beforeEndpoints;
    store.listen((change) => this.#changed(change));
  }

  #changed({ collection, object, type }: Change): void {
    switch (collection) {
      case deployments:
        this.#soon(`deployment ${object.metadata.name}`, () => this.#reconcile(object.metadata.name));
        if (type === 'DELETED') this.#collectGarbage(object);
        break;
      case pods: {
        const owner = object.metadata.ownerReferences?.[0];
        if (owner?.kind === 'Deployment') this.#soon(`deployment ${owner.name}`, () => this.#reconcile(owner.name));
        this.#syncEndpoints();
        break;
      }
      case services:
        this.#syncEndpoints();
        break;
      case jobs:
        if (type === 'ADDED') this.#runJob(object);
        if (type === 'DELETED') this.#collectGarbage(object);
        break;
    }
  }

  #soon(key: string, run: () => void): void {
    if (this.#due.has(key)) return;
    this.#due.add(key);
    this.#clock.after(this.#random.between(3, 30), () => {
      this.#due.delete(key);
      run();
    });
  }

  #reconcile(name: string): void {
    const deployment = this.#store.get(deployments, name);
    if (deployment === null) return;
    const own = this.#store
      .list(pods)
      .filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === deployment.metadata.uid);
    const present = own.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    if (deployment.metadata.deletionTimestamp !== undefined) {
      for (const pod of present) this.deletePod(pod);
      if (own.length === 0) this.#store.remove(deployments, name);
      return;
    }
    const hash = JSON.stringify(templateOf(deployment));
    const current = present.filter((pod) => pod['template'] === hash);
    for (const pod of present) if (!current.includes(pod)) this.deletePod(pod);
    const wanted = replicasOf(deployment);
    for (let missing = wanted - current.length; missing > 0; missing -= 1) this.#createPod(deployment, hash);
    const surplus = [...current].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
    for (const pod of surplus.slice(0, Math.max(0, current.length - wanted))) this.deletePod(pod);
    this.#report(name, hash);
  }

  #report(name: string, hash: string): void {
    const deployment = this.#store.get(deployments, name);
    if (deployment === null) return;
    const present = this.#store
      .list(pods)
      .filter(
        (pod) =>
          pod.metadata.ownerReferences?.[0]?.uid === deployment.metadata.uid &&
          pod.metadata.deletionTimestamp === undefined,
      );
    const updated = present.filter((pod) => pod['template'] === hash).length;
    const available = present.filter(isReady).length;
    const status = {
      observedGeneration: deployment.metadata.generation,
      replicas: present.length,
      updatedReplicas: updated,
      readyReplicas: available,
      availableReplicas: available,
    };
    this.#store.put(deployments, { ...deployment, status });
  }

  #createPod(deployment: KubeObject, hash: string): void {
    const { name, uid } = deployment.metadata;
    const template = templateOf(deployment);
    const pod = this.#store.put(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-${(this.#names += 1)}`,
        labels: template.metadata?.labels ?? {},
        ownerReferences: [{ uid, name, kind: 'Deployment' }],
      },
      spec: { ...template.spec },
      status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] },
      template: hash,
    });
    this.#start(pod);
  }

  /** A pod's first moments, as its image has them. */
  #start(pod: KubeObject): void {
    const { kind, startMs, readyMs } = this.#workload.of(pod);
    const { name, uid } = pod.metadata;
    const ifThere = (run: (now: KubeObject) => void): void => {
      const now = this.#store.get(pods, name);
      if (now !== null && now.metadata.uid === uid) run(now);
    };
    this.#clock.after(startMs, () => {
      ifThere((now) => {
        if (kind === 'pull-error')
          this.#status(now, false, { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } }, 0);
        else if (kind === 'crash-loop') this.#status(now, false, { waiting: { reason: 'CrashLoopBackOff' } }, 2);
        else this.#status(now, false, { running: {} }, 0);
      });
      if (kind === 'pull-error' || kind === 'crash-loop' || kind === 'never-ready') return;
      this.#clock.after(readyMs, () => {
        ifThere((now) => this.#status(now, true, { running: {} }, 0));
      });
    });
  }

  #status(pod: KubeObject, ready: boolean, state: object, restartCount: number): void {
    const number = Number(pod.metadata.uid.replace('uid-', ''));
    const containers = (pod.spec?.['containers'] ?? []) as { name: string; image: string }[];
    this.#store.put(pods, {
      ...pod,
      status: {
        phase: 'Running',
        podIP: `10.0.${Math.floor(number / 250)}.${number % 250}`,
        conditions: [
          {
            type: 'Ready',
            status: ready ? 'True' : 'False',
            lastTransitionTime: new Date(this.#clock.now).toISOString(),
          },
        ],
        containerStatuses: containers.map(({ name, image }) => ({
          name,
          image,
          imageID: `${image}@sha256:of-${image}`,
          ready,
          restartCount,
          state,
        })),
      },
    });
  }

  /** Readiness as somebody, or something, makes it. */
  setReady(pod: KubeObject, ready: boolean): void {
    const now = this.#store.get(pods, pod.metadata.name);
    if (now === null || now.metadata.deletionTimestamp !== undefined) return;
    this.#status(now, ready, { running: {} }, 0);
  }

  deletePod(pod: KubeObject): void {
    const now = this.#store.get(pods, pod.metadata.name);
    if (now === null || now.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = new Date(this.#clock.now).toISOString();
    this.#store.put(pods, { ...now, metadata: { ...now.metadata, deletionTimestamp } });
    this.#clock.after(this.#random.between(50, 900), () => {
      this.#store.remove(pods, now.metadata.name);
    });
  }

  #collectGarbage(owner: KubeObject): void {
    this.#clock.after(this.#random.between(5, 40), () => {
      for (const pod of this.#store.list(pods))
        if (pod.metadata.ownerReferences?.[0]?.uid === owner.metadata.uid) this.deletePod(pod);
    });
  }

  #syncEndpoints(): void {
    this.#soon('endpoints', () => {
      this.#beforeEndpoints();
      for (const service of this.#store.list(services)) this.#sync(service);
    });
  }

  #sync(service: KubeObject): void {
    const selector = selectorOf(service);
    const selected =
      Object.keys(selector).length === 0 ? [] : this.#store.list(pods).filter((pod) => hasLabels(pod, selector));
    const endpoints = selected
      .filter((pod) => pod.status?.['podIP'] !== undefined)
      .map((pod) => ({
        addresses: [pod.status?.['podIP']],
        conditions: { ready: isReady(pod), terminating: pod.metadata.deletionTimestamp !== undefined },
        targetRef: { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
      }));
    const { name } = service.metadata;
    this.#store.put(slices, {
      metadata: { name: `${name}-slice`, labels: { 'kubernetes.io/service-name': name } },
      endpoints,
    });
  }

  #runJob(job: KubeObject): void {
    const { name, uid } = job.metadata;
    const template = (job.spec?.['template'] ?? {}) as { spec?: Record<string, unknown> };
    this.#store.put(pods, {
      metadata: {
        name: `${name}-pod`,
        labels: { ...labelsOf(job), 'job-name': name },
        ownerReferences: [{ uid, name, kind: 'Job' }],
      },
      spec: { ...template.spec },
      status: { phase: 'Running' },
    });
    this.#clock.after(this.#random.between(200, 2_000), () => {
      const now = this.#store.get(jobs, name);
      if (now === null || now.metadata.uid !== uid) return;
      this.#store.put(jobs, { ...now, status: { conditions: [{ type: 'Complete', status: 'True' }] } });
    });
  }
}

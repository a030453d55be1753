/** The whole cluster of one sequence: its objects, what moves in it, who asks it, and what somebody does by hand. */
import { slotLabels, slotName, type Slot } from '../../../src/domain/slot.ts';
import { clusterOn, type Cluster } from '../../../src/kubernetes/cluster.ts';
import type { ApiRequest, ApiServer } from '../../../src/kubernetes/api-server.ts';
import type { AccessTarget } from '../../../src/kubernetes/access/index.ts';
import type { VirtualClock } from '../clock.ts';
import type { Random } from '../random.ts';
import { ModelApiServer, type Caller, type Effect } from './api-server.ts';
import { Controllers } from './controllers.ts';
import { collections, hasLabels, isReady, selectorOf, type KubeObject } from './objects.ts';
import { RequestFaults, type RequestFault } from './request-faults.ts';
import { Store, type Draft } from './store.ts';
import { Workload } from './workload.ts';

const { pods, services, deployments, slices, secrets } = collections;

export interface ModelOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly app: string;
  readonly service: string;
  readonly faults: readonly RequestFault[];
  /** Users' requests a second to whatever the production Service leads to. */
  readonly usersPerSecond: number;
  readonly onEffect: (effect: Effect) => void;
}

export class ClusterModel {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly store = new Store();
  readonly workload = new Workload();
  readonly server: ModelApiServer;
  readonly controllers: Controllers;
  readonly faults: RequestFaults;
  readonly app: string;
  readonly service: string;
  /** How often each activity has read a page of metrics, by the slot of the pod. */
  readonly pagesRead = new Map<string, number>();
  readonly #options: ModelOptions;
  #countedAt: number;
  #turn = 0;

  constructor(options: ModelOptions) {
    const { clock, random, app, service } = options;
    this.clock = clock;
    this.random = random;
    this.app = app;
    this.service = service;
    this.#options = options;
    this.#countedAt = clock.now;
    this.faults = new RequestFaults(options.faults);
    const { store, workload, faults } = this;
    this.server = new ModelApiServer({ clock, random, store, faults, service, onEffect: options.onEffect });
    this.controllers = new Controllers({ clock, random, store, workload }, () => this.countUsers());
  }

  /** The cluster as one caller has it. */
  clusterOf(caller: Caller): Cluster {
    const { server } = this;
    const api = {
      url: 'http://model',
      requests: 0,
      close: () => undefined,
      json: (request: ApiRequest) => server.json(caller, request),
      open: (request: ApiRequest) => server.open(caller, request),
    } as unknown as ApiServer;
    return clusterOn({} as Cluster['kubeConfig'], api);
  }

  /** Everything as it was before the deployment: a Service, a slot that is live, a Secret. */
  seed({ live, leftover, replicas }: { live: Slot | null; leftover: boolean; replicas: number }): void {
    const selector = { app: this.app, ...(live === null ? {} : { version: live }) };
    this.store.put(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: this.service },
      spec: { selector, ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] },
    });
    this.store.put(secrets, { metadata: { name: 'probe' }, data: { token: Buffer.from(canary).toString('base64') } });
    if (live !== null) this.createSlot(live, 'app:v1', replicas);
    if (leftover && live !== null) this.createSlot(live === 'blue' ? 'green' : 'blue', 'app:v0', replicas);
  }

  createSlot(slot: Slot, image: string, replicas: number): void {
    this.store.put(deployments, deploymentManifest(this.app, slot, image, replicas));
  }

  get production(): KubeObject | null {
    return this.store.get(services, this.service);
  }

  get liveVersion(): string | undefined {
    return this.production === null ? undefined : selectorOf(this.production)['version'];
  }

  deployment(slot: Slot): KubeObject | null {
    return this.store.get(deployments, slotName(this.app, slot));
  }

  podsOf(slot: Slot): KubeObject[] {
    return this.store.list(pods).filter((pod) => hasLabels(pod, slotLabels(this.app, slot)));
  }

  readyPods(slot: Slot): number {
    return this.podsOf(slot).filter(isReady).length;
  }

  /** The pod that a request reaches, or why it reaches none. */
  readonly find = (target: AccessTarget): KubeObject | 'refused' | 'no-endpoints' | 'unreachable' => {
    if (target.kind === 'pod') {
      const pod = this.store.get(pods, target.name);
      if (pod === null) return 'unreachable';
      return isUp(pod) ? pod : 'refused';
    }
    const ready = this.#endpoints(target.name);
    const chosen = ready[this.#turn++ % Math.max(1, ready.length)];
    if (chosen === undefined) return 'no-endpoints';
    return this.find({ kind: 'pod', namespace: 'default', name: chosen, ip: '', port: 0 });
  };

  /** Gives every pod what users have asked of it since the last time. */
  countUsers(): void {
    const { usersPerSecond } = this.#options;
    const requests = ((this.clock.now - this.#countedAt) / 1_000) * usersPerSecond;
    this.#countedAt = this.clock.now;
    const ready = this.#endpoints(this.service);
    for (const name of ready) {
      const pod = this.store.get(pods, name);
      if (pod !== null) this.workload.users(pod, requests / ready.length);
    }
  }

  pageRead(activity: string, pod: KubeObject): void {
    const key = `${activity} ${pod.metadata.labels?.['version'] ?? ''}`;
    this.pagesRead.set(key, (this.pagesRead.get(key) ?? 0) + 1);
  }

  /** Something that a person does, seen by the invariants as such. */
  byHand(collection: string, name: string, change: (object: KubeObject) => KubeObject | null): void {
    const before = this.store.get(collection, name);
    if (before === null) return;
    const asOf = this.store.version;
    const wanted = change(before);
    const after = wanted === null ? null : this.store.put(collection, wanted);
    if (wanted === null) this.store.remove(collection, name);
    const method = wanted === null ? 'DELETE' : 'PUT';
    this.#options.onEffect({
      caller: 'somebody',
      method,
      collection,
      name,
      before,
      after,
      known: null,
      sentAt: null,
      asOf,
    });
  }

  #endpoints(service: string): string[] {
    const slice = this.store.get(slices, `${service}-slice`);
    const endpoints = (slice?.['endpoints'] ?? []) as { conditions: { ready: boolean }; targetRef: { name: string } }[];
    return endpoints.filter(({ conditions }) => conditions.ready).map(({ targetRef }) => targetRef.name);
  }
}

/** What must never be seen in a history. */
export const canary = 'canary-s3cr3t-7f19';

function isUp(pod: KubeObject): boolean {
  const statuses = (pod.status?.['containerStatuses'] ?? []) as { state: { running?: object } }[];
  return statuses.some(({ state }) => state.running !== undefined);
}

function deploymentManifest(app: string, slot: Slot, image: string, replicas: number): Draft {
  const labels = slotLabels(app, slot);
  const container = { name: app, image, readinessProbe: { httpGet: { path: '/' } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: slotName(app, slot), labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

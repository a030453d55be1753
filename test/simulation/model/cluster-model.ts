/**
 * A model of a cluster: the API server, the controllers behind it, the pods and the way to them; who asks it, and what
 * somebody does by hand.
 *
 * What it models, and test/cluster/model-conformance.test.ts holds against a real API server: the answers to all requests
 * of the product with their status and reason, preconditions, JSON patches, server-side apply and its owners, selectors,
 * watches, ResourceQuotas, validation as far as the product may meet it; Deployments, ReplicaSets, Jobs, EndpointSlices and
 * garbage collection; pods that start, become ready, crash and end.
 *
 * What it does not model: permissions, admission webhooks, managedFields, more than one node, autoscalers, Events of
 * controllers, stale reads, and requests to pods through the API server (`way.ts` is the way to them).
 *
 * Nothing in it is left to chance or to the real clock: the same requests at the same times give the same cluster.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { slotLabels, slotName, type Slot } from '../../../src/domain/slot.ts';
import { ApiServer, type ApiRequest } from '../../../src/kubernetes/api-server.ts';
import { deploymentAnnotation } from '../../../src/kubernetes/candidate.ts';
import { clusterOn, type Cluster } from '../../../src/kubernetes/cluster.ts';
import type { Random } from '../random.ts';
import { ModelApiServer, type Caller, type Effect } from './api-server.ts';
import type { Kinds, Resource } from './api/kinds.ts';
import { Registry } from './api/registry.ts';
import { Store } from './api/store.ts';
import { ControllerManager } from './controllers/manager.ts';
import { hasLabels, isReady, selectorOf } from './objects.ts';
import { ModelNode } from './pods/node.ts';
import { RequestFaults, type RequestFault } from './request-faults.ts';
import type { After, Clock, Lag } from './time.ts';
import { Traffic } from './traffic.ts';
import { Workload } from './workload.ts';

type Pod = Kinds['pods'];

export interface ModelOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly app: string;
  readonly service: string;
  readonly faults: readonly RequestFault[];
  /** Users' requests a second to whatever the production Service leads to. */
  readonly usersPerSecond: number;
  readonly onEffect: (effect: Effect) => void;
}

const namespace = 'default';
const manager = 'kubectl';

export class ClusterModel {
  readonly clock: Clock;
  readonly random: Random;
  readonly store = new Store();
  readonly registry = new Registry(this.store);
  readonly workload = new Workload();
  readonly server: ModelApiServer;
  readonly node: ModelNode;
  readonly traffic: Traffic;
  readonly faults: RequestFaults;
  readonly app: string;
  readonly service: string;
  readonly #options: ModelOptions;

  constructor(options: ModelOptions) {
    const { clock, random, app, service, onEffect } = options;
    this.clock = clock;
    this.random = random;
    this.app = app;
    this.service = service;
    this.#options = options;
    this.faults = new RequestFaults(options.faults);
    const { store, registry, workload, faults } = this;
    const { usersPerSecond } = options;
    this.traffic = new Traffic({ clock, store, node: () => this.node, workload, service, usersPerSecond });
    const after: After = (ms, run) => clock.after(ms, run);
    const beforeChange = (): void => this.traffic.countUsers();
    const lag =
      (low: number, high: number): Lag =>
      () =>
        random.between(low, high);
    const lifecycleOf = (pod: Pod) => workload.lifecycleOf(pod);
    this.node = new ModelNode({ registry, after, beforeChange, lifecycleOf, binds: lag(3, 30), stops: lag(50, 900) });
    const lags = { controllers: lag(3, 15), endpoints: lag(3, 30), garbage: lag(3, 15) };
    const controllers = new ControllerManager({ registry, after, lags, beforeChange });
    this.server = new ModelApiServer({ clock, random, registry, node: this.node, faults, service, onEffect });
    this.store.onChange((change) => {
      if (change.resource === 'pods') this.node.seen(change);
      controllers.seen(change);
    });
    this.registry.create('namespaces', '', { metadata: { name: namespace } }, { manager });
  }

  /** The cluster as one caller has it. */
  clusterOf(caller: Caller): Cluster {
    return clusterOn(new KubeConfig(), new WayToApiServer(this.server, caller));
  }

  /** Everything as it was before the deployment: a Service, a slot that is live, a Secret. */
  seed({ live, leftover, replicas }: { live: Slot | null; leftover: boolean; replicas: number }): void {
    const selector = { app: this.app, ...(live === null ? {} : { version: live }) };
    this.#create('services', {
      metadata: { name: this.service },
      spec: { selector, ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] },
    });
    this.#create('secrets', { metadata: { name: 'probe' }, data: { token: Buffer.from(canary).toString('base64') } });
    if (live !== null) this.createSlot(live, 'app:v1', replicas);
    if (leftover && live !== null) this.#leave(live === 'blue' ? 'green' : 'blue', 'app:v0', replicas);
  }

  createSlot(slot: Slot, image: string, replicas: number): void {
    this.#create('deployments', deploymentManifest(this.app, slot, image, replicas));
  }

  /** As an earlier deployment would have left it. */
  #leave(slot: Slot, image: string, replicas: number): void {
    this.#create(
      'deployments',
      deploymentManifest(this.app, slot, image, replicas, { [deploymentAnnotation]: 'earlier' }),
    );
  }

  get production(): Kinds['services'] | null {
    return this.store.find('services', namespace, this.service);
  }

  get liveVersion(): string | undefined {
    return this.production === null ? undefined : selectorOf(this.production)['version'];
  }

  deployment(slot: Slot): Kinds['deployments'] | null {
    return this.store.find('deployments', namespace, slotName(this.app, slot));
  }

  podsOf(slot: Slot): Pod[] {
    return this.store.list('pods').filter((pod) => hasLabels(pod, slotLabels(this.app, slot)));
  }

  readyPods(slot: Slot): number {
    return this.podsOf(slot).filter(isReady).length;
  }

  /** Readiness as somebody, or something, makes it. */
  setReady({ metadata }: Pod, ready: boolean): void {
    this.node.hold(metadata.uid, !ready);
  }

  /** A pod goes, as when its node is drained. */
  evict({ metadata }: Pod): void {
    if (this.store.find('pods', namespace, metadata.name) !== null)
      this.registry.remove('pods', namespace, metadata.name, {});
  }

  /** Something that a person does, seen by the invariants as such: null deletes the object. */
  byHand<R extends Resource>(resource: R, name: string, change: (object: Kinds[R]) => object | null): void {
    const before = this.store.find(resource, namespace, name);
    if (before === null) return;
    const asOf = this.store.revision;
    const wanted = change(before);
    if (wanted === null) this.registry.remove(resource, namespace, name, { propagationPolicy: 'Background' });
    else this.registry.update(resource, before, wanted, { manager });
    const after = this.store.find(resource, namespace, name);
    const method = wanted === null ? 'DELETE' : 'PUT';
    const unasked = { known: null, sentAt: null, asOf };
    this.#options.onEffect({ caller: 'somebody', method, collection: resource, name, before, after, ...unasked });
  }

  #create(resource: Resource, object: object): void {
    this.registry.create(resource, namespace, object, { manager });
  }
}

/** The product's own way to the API server, but for the network: it repeats requests and reads answers as it always does. */
class WayToApiServer extends ApiServer {
  readonly #model: ModelApiServer;
  readonly #caller: Caller;

  constructor(model: ModelApiServer, caller: Caller) {
    super(new KubeConfig(), 'http://model.invalid');
    this.#model = model;
    this.#caller = caller;
  }

  override open(request: ApiRequest): ReturnType<ApiServer['open']> {
    return this.#model.open(this.#caller, request);
  }
}

/** What must never be seen in a history. */
export const canary = 'canary-s3cr3t-7f19';

function deploymentManifest(app: string, slot: Slot, image: string, replicas: number, annotations = {}): object {
  const labels = slotLabels(app, slot);
  const container = { name: app, image, readinessProbe: { httpGet: { path: '/' } } };
  return {
    metadata: { name: slotName(app, slot), labels, annotations },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

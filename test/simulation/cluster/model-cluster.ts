/**
 * A model of a cluster: the API server, the controllers behind it, the pods and the way to them.
 *
 * 1. Nothing in it is left to chance or to the real clock: the same requests at the same times give the same cluster.
 * 2. It is checked against a real API server, operation by operation, in test/cluster/model-conformance.test.ts.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { createProxyTransport } from '../../../src/kubernetes/access/proxy.ts';
import { ServiceDirectory } from '../../../src/kubernetes/access/service-directory.ts';
import type { Access, Transport } from '../../../src/kubernetes/access/index.ts';
import type { ApiAccess } from '../../../src/kubernetes/errors.ts';
import { clusterOn, type Cluster } from '../../../src/kubernetes/cluster.ts';
import type { ApiObject, Kinds, Resource } from './api/kinds.ts';
import { ModelApiServer } from './api/model-api-server.ts';
import { Registry } from './api/registry.ts';
import { hasLabels } from './api/selectors.ts';
import { Store, type Change } from './api/store.ts';
import { Watches } from './api/watches.ts';
import { Frontend } from './api/frontend.ts';
import { ByHand } from './by-hand.ts';
import { ControllerManager, type Delays } from './controllers/manager.ts';
import type { Intercept } from './faults.ts';
import { byHand, type JournalEntry } from './journal.ts';
import { healthy, type Behaviour } from './pods/behaviour.ts';
import { createModelTransport, type InterceptAccess } from './pods/direct-transport.ts';
import { Network } from './pods/network.ts';
import { ModelNode } from './pods/node.ts';
import { Users, type UsersOptions } from './pods/users.ts';
import { afterTimeout, Timers, type After } from './time.ts';

export interface ModelOptions {
  readonly behaviourOf?: (image: string) => Behaviour;
  readonly users?: UsersOptions;
  readonly delays?: Partial<Delays>;
  readonly intercept?: Intercept;
  readonly interceptAccess?: InterceptAccess;
  /** Called right after a request of anybody has changed something, or was refused. */
  readonly onMutation?: (entry: JournalEntry) => void;
  /** Whether the worker may do this; everything by default. */
  readonly allows?: (access: ApiAccess) => boolean;
  /** The timers of the cluster: they go on when whoever sent a request is gone. */
  readonly after?: After;
}

const noUsers: UsersOptions = { namespace: '', service: '', requestsPerSecond: 0 };

export class ModelCluster {
  readonly store = new Store();
  readonly journal: JournalEntry[] = [];
  readonly byHand: ByHand;
  readonly users: Users;
  readonly #options: ModelOptions;
  readonly #timers: Timers;
  readonly #registry = new Registry(this.store);
  readonly #watches: Watches;
  readonly #node: ModelNode;
  readonly #network: Network;
  readonly #controllers: ControllerManager;
  readonly #frontend: Frontend;
  readonly #kubeConfig = new KubeConfig();

  constructor(options: ModelOptions = {}) {
    const { behaviourOf = () => healthy, users = noUsers, delays = {}, after = afterTimeout } = options;
    this.#options = options;
    this.#timers = new Timers(after);
    const shared = { registry: this.#registry, after: this.#timers.after };
    this.users = new Users(users, this.store, () => this.#node);
    const beforeChange = (): void => this.users.settle();
    this.#node = new ModelNode({ ...shared, behaviourOf, bindMs: delays.controllerMs ?? 10, beforeChange });
    this.#network = new Network({ store: this.store, node: this.#node, users: this.users });
    this.#controllers = new ControllerManager({ ...shared, delays, beforeChange });
    this.#watches = new Watches(this.store, this.#timers.after);
    this.#frontend = new Frontend({
      ...shared,
      intercept: options.intercept ?? (() => null),
      allows: options.allows ?? null,
      watches: this.#watches,
      network: this.#network,
      node: this.#node,
      journal: (entry) => this.#write(entry),
    });
    this.byHand = new ByHand({
      registry: this.#registry,
      node: this.#node,
      record: (work, run) =>
        this.#frontend.record({ ...work, caller: byHand, subresource: null, dryRun: false, body: null }, run),
    });
    this.store.onChange((change) => this.#seen(change));
  }

  /** The clients of one caller, as `createActivities` takes them. */
  connect(caller: string): { readonly cluster: Cluster; readonly access: Access } {
    const cluster = clusterFor(this.#kubeConfig, new ModelApiServer(this.#frontend, caller, this.#kubeConfig));
    const direct = createModelTransport({
      network: this.#network,
      node: this.#node,
      after: this.#timers.after,
      caller,
      intercept: this.#options.interceptAccess ?? (() => null),
    });
    const real = createProxyTransport(cluster, new ServiceDirectory(cluster));
    const proxy: Transport = {
      request: (target, request, options) => real.request(target, request, options),
      // A port-forward is a WebSocket, which goes past the model: a connection is a connection.
      connect: (target, options) => direct.connect(target, options),
    };
    return { cluster, access: { proxy, direct, close: () => undefined } };
  }

  /** An object as it is now; frozen. */
  find<R extends Resource>(resource: R, namespace: string, name: string): Kinds[R] | null {
    return this.store.find(resource, namespace, name);
  }

  /** The objects with these labels as they are now; frozen. */
  list<R extends Resource>(resource: R, namespace: string, labels: Readonly<Record<string, string>> = {}): Kinds[R][] {
    return this.store.list(resource, namespace).filter((object: ApiObject) => hasLabels(object, labels));
  }

  /** Brings everything that was made in a namespace to where it would come to rest, without any time. */
  settle(namespace: string): void {
    this.#controllers.settle(namespace, () => this.#node.settleAll());
  }

  /** Ends all watches, as the end of an API server does. */
  closeWatches(): void {
    this.#watches.closeAll();
  }

  /** Forgets the changes so far: whoever watches from before is told 410. */
  compact(): void {
    this.store.compact();
  }

  /** Ends all its timers and watches. */
  close(): void {
    this.#watches.closeAll();
    this.#timers.stop();
  }

  #seen(change: Change): void {
    if (change.resource === 'pods') this.#node.seen(change);
    this.#controllers.seen(change);
  }

  #write(entry: JournalEntry): void {
    this.journal.push(entry);
    this.#options.onMutation?.(entry);
  }
}

/** The typed clients are made when one is asked for, which is seldom: they take longer than a whole step. */
function clusterFor(kubeConfig: KubeConfig, api: ModelApiServer): Cluster {
  let made: Cluster | null = null;
  const typed = (): Cluster => (made ??= clusterOn(kubeConfig, api));
  return {
    kubeConfig,
    api,
    get core() {
      return typed().core;
    },
    get apps() {
      return typed().apps;
    },
    get batch() {
      return typed().batch;
    },
    get discovery() {
      return typed().discovery;
    },
    close: () => api.close(),
  };
}

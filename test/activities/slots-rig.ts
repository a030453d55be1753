/** Two slots whose pods are servers on loopback, and an API server that knows just these. */
import type * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiException } from '@kubernetes/client-node';
import { afterEach } from 'vitest';
import { Api } from '../../examples/api/api.ts';
import { FaultInjector } from '../../examples/api/fault-injector.ts';
import type { Attempt } from '../../src/activities/attempt.ts';
import type { Target } from '../../src/activities/contract.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import type { HeartbeatDetails } from '../../src/domain/progress.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import type { Slot } from '../../src/domain/slot.ts';
import { createDirectTransport } from '../../src/kubernetes/access/direct.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { clusterWith, KubeletLog } from '../evidence/kubelet-log.ts';
import { parsed } from '../workflows/scripted-activities.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface ApiCall {
  readonly path: string;
  readonly query?: { readonly labelSelector?: string };
}

interface RigPod {
  readonly name: string;
  readonly slot: Slot;
  readonly ip: string;
  ready: boolean;
  restarts: number;
  /** Whether the last restart was for too much memory. */
  outOfMemory: boolean;
  /** ISO 8601. */
  readySince: string;
  /** Requests that reached the pod, those for its metrics left out. */
  requests: number;
}

const longAgo = '2020-01-01T00:00:00Z';

const ignore = (): void => undefined;

export class SlotsRig {
  readonly pods: RigPod[] = [];
  readonly dependencies: Dependencies;
  /** What the production Service selects. */
  live: Slot = 'blue';
  /** The annotations of the production Service. */
  annotations: Record<string, string> = {};
  /** Warning Events, as the API server has them. */
  readonly warnings: object[] = [];
  /** In MiB, of each pod of a slot; null where the cluster has no metrics API. */
  memory: Record<Slot, number> | null = { blue: 50, green: 50 };
  /** What the pods have logged, by their names. */
  readonly logs: Record<string, KubeletLog> = {};
  readonly #servers = new Map<string, http.Server>();
  #port = 0;

  private constructor() {
    const direct = createDirectTransport(
      { find: () => Promise.resolve({ clusterIP: '127.0.1.1', port: this.#port }) },
      null,
    );
    closing.push(() => direct.close());
    const { open } = clusterWith(this.logs).api;
    const json = (request: ApiCall): Promise<unknown> => Promise.resolve().then(() => this.#answer(request));
    const cluster = { api: { json, open } };
    this.dependencies = {
      cluster: cluster as unknown as Cluster,
      access: { direct, proxy: direct, close: () => undefined },
    };
  }

  /** Where every pod listens. */
  get port(): number {
    return this.#port;
  }

  /** Each slot with so many pods of the example API at this version. */
  static async of(slots: Partial<Record<Slot, { version: string; pods: number }>>): Promise<SlotsRig> {
    const rig = new SlotsRig();
    for (const [slot, { version, pods }] of Object.entries(slots)) {
      for (let index = 0; index < pods; index += 1) {
        const api = new Api({
          version,
          pod: `${slot}-${index}`,
          faults: new FaultInjector({ version, crash: ignore }),
          log: ignore,
        });
        await rig.addPod(slot as Slot, api.server);
      }
    }
    return rig;
  }

  async addPod(slot: Slot, server: http.Server): Promise<RigPod> {
    const ip = `127.0.1.${this.pods.length + 1}`;
    const pod: RigPod = {
      name: `api-${slot}-${this.pods.length}`,
      slot,
      ip,
      ready: true,
      readySince: longAgo,
      restarts: 0,
      outOfMemory: false,
      requests: 0,
    };
    server.prependListener('request', ({ url }: http.IncomingMessage) => {
      if (url !== '/metrics') pod.requests += 1;
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, ip, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.pods.push(pod);
    this.logs[pod.name] = new KubeletLog();
    this.#servers.set(pod.name, server);
    closing.push(() => this.close(pod.name));
    return pod;
  }

  /** What a user asks of a pod. */
  async ask({ ip }: RigPod, path: string): Promise<number> {
    const response = await fetch(`http://${ip}:${this.#port}${path}`);
    await response.text();
    return response.status;
  }

  /** Ends the process of a pod; gives the port that it listened on. */
  close(name: string): number {
    const server = this.#servers.get(name);
    server?.close();
    server?.closeAllConnections();
    return this.#port;
  }

  /** Begins one in its place. */
  listen(server: http.Server, ip: string, port: number): void {
    server.listen(port, ip);
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
  }

  target(changes: Partial<SpecInput>): Target {
    const base = { app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' }, access: 'direct' } as const;
    return {
      spec: parsed({ ...base, replicas: 2, ...changes }),
      runId: 'run',
      stableSlot: 'blue',
      candidateSlot: 'green',
    };
  }

  #usage(labelSelector: string): unknown {
    if (this.memory === null) throw new ApiException(404, 'Not Found', '404 page not found', {});
    const { memory } = this;
    const ofSlot = this.pods.filter(({ slot }) => labelSelector.includes(`version=${slot}`));
    return {
      items: ofSlot.map(({ name, slot }) => ({
        metadata: { name },
        containers: [{ name: 'api', usage: { cpu: '20m', memory: `${memory[slot]}Mi` } }],
      })),
    };
  }

  #answer({ path, query }: ApiCall): unknown {
    const [, slot] = /\/deployments\/api-(\w+)$/.exec(path) ?? [];
    if (slot !== undefined) {
      const replicas = this.pods.filter((pod) => pod.slot === slot).length;
      return {
        metadata: { name: `api-${slot}`, annotations: { 'cutover.dev/deployment': 'before' } },
        spec: {
          replicas,
          selector: { matchLabels: { app: 'api', version: slot } },
          template: { spec: { containers: [{ name: 'api' }] } },
        },
      };
    }
    const ports = [{ port: 80, targetPort: this.#port }];
    const [, preview] = /\/services\/api-(blue|green)$/.exec(path) ?? [];
    if (preview !== undefined)
      return { metadata: { name: `api-${preview}` }, spec: { selector: { app: 'api', version: preview }, ports } };
    if (path.includes('/metrics.k8s.io/')) return this.#usage(query?.labelSelector ?? '');
    if (path.endsWith('/pods')) {
      const ofSlot = this.pods.filter(({ slot: own }) => query?.labelSelector?.includes(`version=${own}`));
      return { items: ofSlot.map(podOf) };
    }
    if (path.endsWith('/events')) return { metadata: {}, items: this.warnings };
    const selector = { app: 'api', version: this.live };
    const managedFields = [
      { manager: 'cutover', time: '2025-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:selector': {} } } },
      { manager: 'kubectl-patch', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:selector': {} } } },
      { manager: 'kubectl-label', time: '2026-02-01T00:00:00Z', fieldsV1: { 'f:metadata': { 'f:labels': {} } } },
    ];
    return {
      metadata: { name: 'api-service', annotations: this.annotations, managedFields },
      spec: { selector, ports },
    };
  }
}

function podOf({ name, ip, ready, readySince, restarts, outOfMemory, slot }: RigPod): unknown {
  const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: readySince };
  return {
    metadata: { name, uid: name, labels: { version: slot } },
    spec: { containers: [] },
    status: {
      podIP: ip,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince }],
      containerStatuses: [
        { name: 'api', restartCount: restarts, imageID: '', lastState: outOfMemory ? { terminated } : {} },
      ],
    },
  };
}

/** An attempt without Temporal; keeps what was reported. */
export class RigAttempt implements Attempt {
  readonly number: number;
  readonly reports: HeartbeatDetails[] = [];
  readonly #stop = new AbortController();
  readonly #left: unknown;

  constructor(before?: RigAttempt) {
    this.number = before === undefined ? 1 : before.number + 1;
    // As Temporal hands it over.
    this.#left = before === undefined ? undefined : JSON.parse(JSON.stringify(before.reports.at(-1)?.resume ?? null));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  heartbeat(details: HeartbeatDetails): void {
    this.reports.push(details);
    this.onReport(details);
  }

  onReport: (details: HeartbeatDetails) => void = () => undefined;

  resume(): unknown {
    return this.#left;
  }

  remaining(ms: number): number {
    return ms;
  }

  readonly log = (): void => undefined;

  stop(reason = new Error('stopped')): void {
    this.#stop.abort(reason);
  }
}

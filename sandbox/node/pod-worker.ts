import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Container, V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import { nodeAddress, podTwin } from './addresses.ts';
import { ContainerRunner, type ContainerHost } from './container.ts';
import { eventSubject } from './events.ts';
import type { NodeContext } from './node-context.ts';
import { deletePodObject } from './pod-deletion.ts';
import { PodDeadline } from './pod-deadline.ts';
import { buildPodStatus, type ContainerRole } from './status.ts';
import { StatusWriter } from './status-writer.ts';
import { messageOf, runWithin, timerMs } from './waiting.ts';

type Failure = { readonly reason: string; readonly message: string };

/** Runs one pod from the moment it is bound to this node until its object is gone. */
export class PodWorker {
  readonly uid: string;
  readonly podIP: string;
  readonly containers: readonly ContainerRunner[];
  readonly #node: NodeContext;
  readonly #writer: StatusWriter;
  readonly #directory: string;
  readonly #startTime = new Date();
  readonly #gone = new AbortController();
  readonly #deadline = new PodDeadline();
  readonly #finished: Promise<void>;
  #pod: V1Pod;
  #conditions: readonly V1PodCondition[];
  #activeTimer: NodeJS.Timeout | undefined;
  #terminating = false;
  #over = false;
  #failure: Failure | undefined;

  constructor(node: NodeContext, pod: V1Pod) {
    this.#node = node;
    this.#pod = pod;
    this.uid = pod.metadata?.uid ?? '';
    this.podIP = node.addresses.take(pod.status?.podIP);
    this.#conditions = pod.status?.conditions ?? [];
    this.#directory = join(node.workDirectory, 'pods', this.uid);
    this.#writer = new StatusWriter(node.api, pod, { signal: this.#gone.signal, log: (line) => node.log(line) });
    this.containers = this.#createContainers();
    this.#warnOfVolumes();
    this.#watchActiveDeadline();
    this.#finished = this.#run();
    if (pod.metadata?.deletionTimestamp) this.update(pod);
  }

  get pod(): V1Pod {
    return this.#pod;
  }

  /** Takes over a newer version of the pod: a deletion, a shorter grace period, another image, an opened readiness gate. */
  update(pod: V1Pod): void {
    this.#pod = pod;
    if (pod.metadata?.deletionTimestamp) {
      this.#deadline.within(pod.metadata.deletionGracePeriodSeconds ?? 0);
      if (!this.#terminating) void this.#terminate();
      return;
    }
    const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    for (const runner of this.containers) {
      const spec = specs.find(({ name }) => name === runner.name);
      if (spec) runner.update(spec);
    }
    if (pod.spec?.readinessGates?.length) this.#publish();
  }

  /** The pod's object is gone: whatever still runs is killed. Resolves when it has ended. */
  async remove(): Promise<void> {
    this.#gone.abort();
    clearTimeout(this.#activeTimer);
    this.#deadline.clear();
    for (const runner of this.containers) runner.kill();
    await this.#finished;
    this.#node.addresses.release(this.podIP);
    await rm(this.#directory, { recursive: true, force: true });
  }

  #createContainers(): ContainerRunner[] {
    const { spec, status } = this.#pod;
    const host: ContainerHost = {
      node: this.#node,
      podIP: this.podIP,
      twin: podTwin(this.#node.network, this.podIP) ?? '',
      directory: this.#directory,
      pod: () => this.#pod,
      changed: () => this.#publish(),
      event: (type, reason, message, container) => this.#event(type, reason, message, container),
    };
    const create = (container: V1Container, role: ContainerRole, statuses: V1ContainerStatus[] | undefined) =>
      new ContainerRunner(host, container, role, restartsBefore(container, statuses));
    return [
      ...(spec?.initContainers ?? []).map((container) =>
        create(container, container.restartPolicy === 'Always' ? 'sidecar' : 'init', status?.initContainerStatuses),
      ),
      ...(spec?.containers ?? []).map((container) => create(container, 'main', status?.containerStatuses)),
    ];
  }

  async #run(): Promise<void> {
    this.#publish();
    try {
      const sidecars: Promise<void>[] = [];
      if (await this.#initialize(sidecars)) await Promise.all(this.#of('main').map((runner) => runner.run()));
      await Promise.all(this.#of('sidecar').map((runner) => runner.stop(AbortSignal.timeout(this.#graceMs()))));
      await Promise.all(sidecars);
    } catch (error) {
      this.#failure = { reason: 'SandboxError', message: messageOf(error) };
      this.#node.log(`pod ${this.#title()}: ${messageOf(error)}`);
      for (const runner of this.containers) runner.kill();
    }
    clearTimeout(this.#activeTimer);
    this.#over = true;
    this.#publish();
  }

  /** Runs the init containers in their order and starts the sidecars; false when one of them did not succeed. */
  async #initialize(sidecars: Promise<void>[]): Promise<boolean> {
    for (const runner of this.containers) {
      if (runner.role === 'main') continue;
      const run = runner.run();
      if (runner.role === 'sidecar') {
        sidecars.push(run);
        await runner.startedOnce;
      } else {
        await run;
        if (!runner.snapshot().ready) return false;
      }
    }
    return true;
  }

  async #terminate(): Promise<void> {
    this.#terminating = true;
    await this.#stopContainers(this.#deadline.signal);
    await this.#finished;
    await this.#writer.settled();
    await deletePodObject(this.#node, this.#pod);
  }

  async #stopContainers(deadline: AbortSignal): Promise<void> {
    const inOrder = [...this.#of('init'), ...this.#of('main')];
    await Promise.all(inOrder.map((runner) => runner.stop(deadline)));
    await Promise.all(this.#of('sidecar').map((runner) => runner.stop(deadline)));
  }

  #watchActiveDeadline(): void {
    const seconds = this.#pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return;
    this.#activeTimer = setTimeout(() => {
      const message = 'Pod was active on the node longer than the specified deadline';
      this.#failure = { reason: 'DeadlineExceeded', message };
      this.#event('Normal', 'DeadlineExceeded', message);
      void runWithin(this.#graceMs(), this.#deadline.signal, (deadline) => this.#stopContainers(deadline));
    }, timerMs(seconds));
  }

  #warnOfVolumes(): void {
    const containers = [...(this.#pod.spec?.initContainers ?? []), ...(this.#pod.spec?.containers ?? [])];
    const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
    // Every pod has the token of its service account, asked for or not.
    const names = new Set(mounted.map(({ name }) => name).filter((name) => !name.startsWith('kube-api-access-')));
    if (names.size === 0) return;
    const message = `the sandbox runs processes without a file system of their own: not mounted: ${[...names].join(', ')}`;
    this.#event('Warning', 'VolumesNotMounted', message);
  }

  #publish(): void {
    this.#writer.write(() => this.#status());
  }

  #status(): V1PodStatus {
    const snapshot = {
      pod: this.#pod,
      podIP: this.podIP,
      hostIP: nodeAddress(this.#node.network),
      startTime: this.#startTime,
      containers: this.containers.map((runner) => runner.snapshot()),
      over: this.#over,
      failure: this.#failure,
    };
    const status = buildPodStatus(snapshot, this.#conditions, new Date());
    this.#conditions = status.conditions ?? [];
    return status;
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    const role = this.containers.find(({ name }) => name === container)?.role;
    const list = role === 'main' ? 'containers' : 'initContainers';
    const fieldPath = container === undefined ? undefined : `spec.${list}{${container}}`;
    this.#node.events.record(eventSubject('Pod', this.#pod, fieldPath), type, reason, message);
  }

  #of(role: ContainerRole): ContainerRunner[] {
    return this.containers.filter((runner) => runner.role === role);
  }

  #graceMs(): number {
    return timerMs(this.#pod.spec?.terminationGracePeriodSeconds ?? 30);
  }

  #title(): string {
    return `${this.#pod.metadata?.namespace}/${this.#pod.metadata?.name}`;
  }
}

/** Containers of a node that was started again are not adopted: they count as restarted. */
function restartsBefore({ name }: V1Container, statuses: V1ContainerStatus[] | undefined): number {
  const earlier = statuses?.find((status) => status.name === name);
  return earlier?.containerID === undefined ? 0 : earlier.restartCount + 1;
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { RestartBackOff } from './back-off.ts';
import { ContainerLogs } from './container-logs.ts';
import { prepareLaunch } from './container-launch.ts';
import type { ContainerExit, Launch, RunningContainer } from './container-runtime.ts';
import { superviseContainer, type Supervision } from './container-supervision.ts';
import { ContainerConfigError } from './environment.ts';
import { resolveImage, type ResolvedImage } from './images.ts';
import type { LogFile } from './log-file.ts';
import type { NodeContext } from './node-context.ts';
import type { PodTarget } from './pod-target.ts';
import { parseQuantity } from './quantity.ts';
import type { ContainerRole, ContainerSnapshot, ContainerState, TerminationRecord } from './status.ts';
import { terminateContainer } from './termination.ts';
import { messageOf, sleep, timerMs } from './waiting.ts';
import { runHook } from './hooks.ts';

/** The pod as its containers see it. */
export interface ContainerHost {
  readonly node: NodeContext;
  readonly podIP: string;
  readonly twin: string;
  readonly directory: string;
  /** The newest version of the pod. */
  pod(): V1Pod;
  /** Something that the pod's status shows has changed. */
  changed(): void;
  event(type: 'Normal' | 'Warning', reason: string, message: string, container: string): void;
}

const IMAGE_PULL_RETRY_MS = 1_000;
const CONFIG_RETRY_MS = 2_000;

/** One container of a pod over all its restarts. */
export class ContainerRunner {
  readonly name: string;
  readonly role: ContainerRole;
  readonly logs: ContainerLogs;
  readonly #host: ContainerHost;
  readonly #backOff: RestartBackOff;
  readonly #stopping = new AbortController();
  readonly #directory: string;
  #spec: V1Container;
  #state: ContainerState;
  #last: TerminationRecord | undefined;
  #restartCount: number;
  #started = false;
  #ready = false;
  #image: ResolvedImage | undefined;
  #running: RunningContainer | undefined;
  #launch: Launch | undefined;
  #supervision: Supervision | undefined;
  #replaced = false;
  #isOutOfMemory = false;
  #announceStarted: () => void = () => undefined;
  /** Resolves when the container has started for the first time, or never will. */
  readonly startedOnce: Promise<void>;

  constructor(host: ContainerHost, spec: V1Container, role: ContainerRole, earlierRestarts: number) {
    this.#host = host;
    this.#spec = spec;
    this.name = spec.name;
    this.role = role;
    this.#restartCount = earlierRestarts;
    this.#directory = join(host.directory, spec.name);
    this.logs = new ContainerLogs(join(this.#directory, 'logs'));
    this.#backOff = new RestartBackOff(host.node.backOff);
    this.startedOnce = new Promise((resolve) => {
      this.#announceStarted = resolve;
    });
    this.#stopping.signal.addEventListener('abort', this.#announceStarted);
    const waitsForInit = role === 'main' && (host.pod().spec?.initContainers ?? []).length > 0;
    this.#state = { kind: 'waiting', reason: waitsForInit ? 'PodInitializing' : 'ContainerCreating' };
  }

  get processGroup(): number | undefined {
    return this.#running?.processGroup;
  }

  /** What the running container was started with; undefined while none runs. */
  get launch(): Launch | undefined {
    return this.#running && this.#launch;
  }

  snapshot(): ContainerSnapshot {
    return {
      name: this.name,
      role: this.role,
      image: this.#spec.image ?? '',
      imageID: this.#image?.imageId ?? '',
      containerID: this.#running ? `sandbox://${this.#running.id}` : this.#endedId(),
      restartCount: this.#restartCount,
      state: this.#state,
      last: this.#last,
      started: this.#started,
      // An init container is ready once it has done its work.
      ready: this.role === 'init' ? this.#hasSucceeded() : this.#ready,
    };
  }

  /** Runs the container, again after each end as its policy says; resolves when it will not run any more. */
  async run(): Promise<void> {
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      const launch = await this.#prepare();
      if (!launch) return;
      const log = await this.logs.begin();
      // Between this check and the start nothing is awaited: what is stopped never starts afterwards.
      if (signal.aborted) return await log.end();
      const record = await this.#runOnce(launch, log);
      if (signal.aborted || !(this.#replaced || this.#restartsAfter(record.exitCode))) return;
      if (!this.#replaced && !(await this.#waitBackOff(record))) return;
      this.#replaced = false;
      this.#last = record;
      this.#restartCount += 1;
    }
  }

  /** Ends it: preStop, SIGTERM, and SIGKILL when the deadline aborts. Nothing is started any more. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort();
    this.#supervision?.terminating();
    if (!this.#running) return;
    this.#event('Normal', 'Killing', `Stopping container ${this.name}`);
    await this.#terminate(deadline);
  }

  /** Ends it at once, without its hook. */
  kill(): void {
    this.#stopping.abort();
    this.#running?.kill();
  }

  /** As the kernel does with one that takes more memory than its limit; it is restarted as its policy says. */
  enforceMemoryLimit(usedBytes: number): void {
    const limit = this.#spec.resources?.limits?.['memory'];
    if (!this.#running || limit === undefined || usedBytes <= parseQuantity(limit)) return;
    this.#isOutOfMemory = true;
    this.#running.kill();
  }

  /** Takes over a changed spec: another image replaces the running container. */
  update(spec: V1Container): void {
    const changed = spec.image !== this.#spec.image;
    this.#spec = spec;
    if (!changed || !this.#running) return;
    this.#replaced = true;
    this.#event('Normal', 'Killing', `Container ${this.name} definition changed, will be restarted`);
    void this.#terminate(AbortSignal.timeout(this.#graceMs()));
  }

  async #prepare(): Promise<Launch | undefined> {
    const signal = this.#stopping.signal;
    let pullDelay = IMAGE_PULL_RETRY_MS;
    while (!signal.aborted) {
      const reference = this.#spec.image ?? '';
      this.#image = resolveImage(this.#host.node.images, reference);
      if (this.#image) {
        const launch = await this.#tryPrepare(this.#image);
        if (launch) return launch;
        await sleep(CONFIG_RETRY_MS, signal);
        continue;
      }
      await this.#reportMissingImage(reference);
      await sleep(pullDelay, signal);
      pullDelay = Math.min(pullDelay * 2, this.#host.node.backOff.maxMs);
    }
    return undefined;
  }

  async #tryPrepare(image: ResolvedImage): Promise<Launch | undefined> {
    const { node, podIP, twin } = this.#host;
    const pod = this.#host.pod();
    const directory = this.#directory;
    const runsToCompletion = this.role === 'init' || (this.role === 'main' && pod.spec?.restartPolicy !== 'Always');
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const subject = { pod, container: this.#spec, podIP, twin, directory, runsToCompletion };
      return await prepareLaunch(node, image, subject);
    } catch (error) {
      const known = error instanceof ContainerConfigError;
      const reason = known ? 'CreateContainerConfigError' : 'CreateContainerError';
      this.#event('Warning', 'Failed', `Error: ${messageOf(error)}`);
      this.#wait(reason, messageOf(error));
      return undefined;
    }
  }

  async #reportMissingImage(reference: string): Promise<void> {
    const cause = `the sandbox knows no image ${reference}`;
    this.#event('Normal', 'Pulling', `Pulling image "${reference}"`);
    this.#event('Warning', 'Failed', `Failed to pull image "${reference}": ${cause}`);
    this.#event('Warning', 'Failed', 'Error: ErrImagePull');
    this.#wait('ErrImagePull', cause);
    if (!(await sleep(IMAGE_PULL_RETRY_MS, this.#stopping.signal))) return;
    this.#event('Normal', 'BackOff', `Back-off pulling image "${reference}"`);
    this.#event('Warning', 'Failed', 'Error: ImagePullBackOff');
    this.#wait('ImagePullBackOff', `Back-off pulling image "${reference}": ErrImagePull: ${cause}`);
  }

  async #runOnce(launch: Launch, log: LogFile): Promise<TerminationRecord> {
    const { node } = this.#host;
    const running = node.runtime.start(launch, log);
    const startedAt = new Date();
    this.#running = running;
    this.#launch = launch;
    this.#reportStart();
    this.#state = { kind: 'running', startedAt };
    this.#host.changed();
    const target = this.#target(launch);
    this.#supervision = superviseContainer({
      container: this.#spec,
      target,
      mode: node.mode,
      started: () => this.#set({ started: true }),
      ready: (ready) => this.#set({ ready }),
      event: (reason, message) => this.#event('Warning', reason, message),
      end: (why, graceSeconds) => this.#endUnhealthy(why, graceSeconds),
    });
    const exit = await running.exited;
    this.#supervision.ended();
    this.#running = undefined;
    if (exit.startError !== undefined) this.#event('Warning', 'Failed', `Error: ${exit.startError}`);
    const record: TerminationRecord = {
      exitCode: exit.exitCode,
      reason: this.#endReason(exit),
      ...(exit.startError !== undefined && { message: exit.startError }),
      startedAt,
      finishedAt: new Date(),
      containerID: `sandbox://${running.id}`,
    };
    this.#started = false;
    this.#ready = false;
    this.#isOutOfMemory = false;
    this.#state = { kind: 'terminated', record };
    this.#host.changed();
    return record;
  }

  #endReason({ exitCode, startError }: ContainerExit): string {
    if (startError !== undefined) return 'StartError';
    if (this.#isOutOfMemory) return 'OOMKilled';
    return exitCode === 0 ? 'Completed' : 'Error';
  }

  #reportStart(): void {
    if (this.#host.node.mode.kind === 'simulated') return;
    this.#event('Normal', 'Pulled', `Container image "${this.#spec.image}" already present on machine`);
    this.#event('Normal', 'Created', `Created container: ${this.name}`);
    this.#event('Normal', 'Started', `Started container ${this.name}`);
  }

  #endUnhealthy(why: string, graceSeconds: number | undefined): void {
    const fate = this.#restartsAfter(1) ? 'will be restarted' : 'will be killed';
    this.#event('Normal', 'Killing', `Container ${this.name} ${why}, ${fate}`);
    void this.#terminate(AbortSignal.timeout(graceSeconds === undefined ? this.#graceMs() : timerMs(graceSeconds)));
  }

  async #terminate(deadline: AbortSignal): Promise<void> {
    const running = this.#running;
    const hook = this.#spec.lifecycle?.preStop;
    const target = this.#supervision?.target;
    if (!running) return;
    const preStop =
      hook && target
        ? (signal: AbortSignal) =>
            runHook(hook, target, signal).catch((error: unknown) =>
              this.#event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${messageOf(error)}`),
            )
        : undefined;
    await terminateContainer(running, preStop, deadline);
  }

  async #waitBackOff(record: TerminationRecord): Promise<boolean> {
    const delay = this.#backOff.next(record.finishedAt.getTime() - record.startedAt.getTime());
    if (delay === 0) return !this.#stopping.signal.aborted;
    const { name, namespace, uid } = this.#host.pod().metadata ?? {};
    const pod = `${name}_${namespace}(${uid})`;
    this.#last = record;
    this.#event('Warning', 'BackOff', `Back-off restarting failed container ${this.name} in pod ${pod}`);
    this.#wait('CrashLoopBackOff', `back-off ${delay / 1000}s restarting failed container=${this.name} pod=${pod}`);
    return await sleep(delay, this.#stopping.signal);
  }

  #restartsAfter(exitCode: number): boolean {
    if (this.role === 'sidecar') return true;
    const policy = this.#host.pod().spec?.restartPolicy ?? 'Always';
    // An init container that has succeeded is done, whatever the policy.
    if (policy === 'Always') return this.role === 'main' || exitCode !== 0;
    return policy === 'OnFailure' && exitCode !== 0;
  }

  #target(launch: Launch): PodTarget {
    const { node, podIP, twin } = this.#host;
    const execute: PodTarget['execute'] = (argv, signal) => node.runtime.execute({ ...launch, argv }, signal);
    return { podIP, twin, container: this.#spec, execute };
  }

  #set(change: { started?: boolean; ready?: boolean }): void {
    this.#started = change.started ?? this.#started;
    if (this.#started) this.#announceStarted();
    this.#ready = change.ready ?? this.#ready;
    this.#host.changed();
  }

  #wait(reason: string, message: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#state = { kind: 'waiting', reason, message };
    this.#host.changed();
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#host.event(type, reason, message, this.name);
  }

  #graceMs(): number {
    return timerMs(this.#host.pod().spec?.terminationGracePeriodSeconds ?? 30);
  }

  #endedId(): string | undefined {
    return this.#state.kind === 'terminated' ? this.#state.record.containerID : this.#last?.containerID;
  }

  #hasSucceeded(): boolean {
    return this.#state.kind === 'terminated' && this.#state.record.exitCode === 0;
  }
}

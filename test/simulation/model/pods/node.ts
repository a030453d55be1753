/** The node: runs the processes of pods, as their images have them live, and writes their status. */
import type { Kinds } from '../api/kinds.ts';
import type { Registry } from '../api/registry.ts';
import type { Change } from '../api/store.ts';
import type { After, Lag, Timer } from '../time.ts';
import type { Lifecycle } from './lifecycle.ts';
import { podStatus, type Phase } from './pod-status.ts';

type Pod = Kinds['pods'];

/** The process of a pod, from its being bound to the node until it is gone. */
export interface Process {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly ip: string;
  readonly lifecycle: Lifecycle;
  readonly isOfJob: boolean;
  phase: Phase;
  /** By its own readiness probe. */
  isReady: boolean;
  /** Somebody holds it unready. */
  isHeld: boolean;
  restarts: number;
  crashes: number;
  isEnding: boolean;
  timers: Timer[];
}

export interface NodeOptions {
  readonly registry: Registry;
  readonly after: After;
  readonly lifecycleOf: (pod: Pod) => Lifecycle;
  /** From the creation of a pod until it is bound. */
  readonly binds: Lag;
  /** From being told to end until gone, within its grace period. */
  readonly stops: Lag;
  /** Told before a process begins or ceases to answer. */
  readonly beforeChange: () => void;
}

const firstBackOffMs = 10_000;
const longestBackOffMs = 300_000;
const firstRestartMs = 1_000;

export class ModelNode {
  readonly #options: NodeOptions;
  readonly #processes = new Map<string, Process>();
  #addresses = 0;

  constructor(options: NodeOptions) {
    this.#options = options;
  }

  /** The process of a pod, by the uid of the pod. */
  process(uid: string): Process | null {
    return this.#processes.get(uid) ?? null;
  }

  /** Follows what becomes of pods. */
  seen({ type, object }: Change): void {
    const pod = object as Pod;
    const process = this.#processes.get(pod.metadata.uid);
    if (type === 'ADDED') this.#bind(pod);
    else if (type === 'DELETED') this.#forget(process);
    else if (process !== undefined && pod.metadata.deletionTimestamp !== undefined) this.#end(process, pod);
  }

  /** Makes a pod unready, whatever its probe says, or no longer so. */
  hold(uid: string, isHeld: boolean): void {
    const process = this.#processes.get(uid);
    if (process === undefined) return;
    process.isHeld = isHeld;
    this.#write(process);
  }

  #bind(pod: Pod): void {
    const { lifecycleOf, binds } = this.#options;
    this.#addresses += 1;
    const { name, namespace, uid, ownerReferences = [] } = pod.metadata;
    const process: Process = {
      ...{ name, namespace, uid },
      ip: `10.1.${Math.floor(this.#addresses / 250)}.${(this.#addresses % 250) + 1}`,
      lifecycle: lifecycleOf(pod),
      isOfJob: ownerReferences.some(({ kind }) => kind === 'Job'),
      phase: { kind: 'creating' },
      isReady: false,
      isHeld: false,
      restarts: 0,
      crashes: 0,
      isEnding: false,
      timers: [],
    };
    this.#processes.set(uid, process);
    this.#in(process, binds(), () => {
      this.#give(process);
      this.#in(process, process.lifecycle.startMs, () => this.#start(process));
    });
  }

  /** The pod is this node's from now on. */
  #give(process: Process): void {
    const live = this.#live(process);
    if (live === null) return;
    const spec = { ...live.spec, containers: live.spec?.containers ?? [], nodeName: 'node-1' };
    this.#options.registry.store.put('pods', { ...live, spec, status: this.#statusOf(process, { ...live, spec }) });
  }

  #start(process: Process): void {
    if (process.lifecycle.isThere) {
      this.#run(process, process.lifecycle.readyMs);
      return;
    }
    this.#enter(process, { kind: 'no-image', isBackingOff: false });
    this.#in(process, firstRestartMs, () => this.#enter(process, { kind: 'no-image', isBackingOff: true }));
  }

  #run(process: Process, readyMs: number | null): void {
    const { lifecycle, isOfJob } = process;
    this.#options.beforeChange();
    process.isReady = readyMs === 0 && !isOfJob;
    this.#enter(process, { kind: 'running', since: Date.now() });
    if (isOfJob) {
      const { job } = lifecycle;
      if (job !== null) this.#in(process, job.runMs, () => this.#finishJob(process, job.exitCode));
      return;
    }
    if (readyMs !== null && readyMs > 0) {
      this.#in(process, readyMs, () => {
        process.isReady = true;
        this.#write(process);
      });
    }
    if (lifecycle.crashAfterMs !== null) this.#in(process, lifecycle.crashAfterMs, () => this.#crash(process));
  }

  #finishJob(process: Process, exitCode: number): void {
    process.isReady = false;
    this.#enter(process, { kind: 'ended', exitCode });
  }

  /** The first time it is started again soon, then after ever longer times. */
  #crash(process: Process): void {
    this.#options.beforeChange();
    stopTimers(process);
    const isBackingOff = process.crashes > 0;
    const backOffMs = Math.min(firstBackOffMs * 2 ** (process.crashes - 1), longestBackOffMs);
    process.crashes += 1;
    process.isReady = false;
    this.#enter(process, { kind: 'crashed', isBackingOff });
    this.#in(process, isBackingOff ? backOffMs : firstRestartMs, () => {
      process.restarts += 1;
      this.#run(process, process.lifecycle.readyMs);
    });
  }

  /** From its deletion on; it answers until it is gone. */
  #end(process: Process, { metadata }: Pod): void {
    if (process.isEnding) return;
    process.isEnding = true;
    const graceMs = (metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
    this.#options.after(Math.min(this.#options.stops(), graceMs), () => {
      const live = this.#live(process);
      if (live !== null) this.#options.registry.finish(live);
    });
  }

  #forget(process: Process | undefined): void {
    if (process === undefined) return;
    this.#options.beforeChange();
    stopTimers(process);
    this.#processes.delete(process.uid);
  }

  #enter(process: Process, phase: Phase): void {
    process.phase = phase;
    this.#write(process);
  }

  #write(process: Process): void {
    const live = this.#live(process);
    if (live !== null) this.#options.registry.setStatus('pods', live, this.#statusOf(process, live));
  }

  #statusOf({ phase, isReady, isHeld, ip, restarts, crashes }: Process, pod: Pod): NonNullable<Pod['status']> {
    const facts = { phase, ready: isReady && !isHeld, ip, restarts, hasCrashed: crashes > 0 };
    return podStatus(facts, pod.spec, pod.status);
  }

  #live({ namespace, name, uid }: Process): Pod | null {
    const live = this.#options.registry.store.find('pods', namespace, name);
    return live?.metadata.uid === uid ? live : null;
  }

  #in(process: Process, ms: number, run: () => void): void {
    process.timers.push(this.#options.after(ms, run));
  }
}

function stopTimers(process: Process): void {
  for (const timer of process.timers.splice(0)) timer.cancel();
}

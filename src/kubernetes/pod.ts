/** A pod, reduced to what a deployment asks of it. */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { maskCredentials } from '../domain/mask.ts';
import type { Json } from './api-server.ts';

interface PodPort {
  readonly name: string | null;
  readonly number: number;
}

export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly ip: string | null;
  /** Ready, and not about to go away. */
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Whether Kubernetes takes it away for a reason of its own: a drain, a preemption, the shutdown of its node. */
  readonly disrupted: boolean;
  /** ISO 8601; null while it is not ready. */
  readonly readySince: string | null;
  /** Whether it is or was ready at any time. */
  readonly everReady: boolean;
  /** Why it runs no more and never will again, as Kubernetes names it (`Evicted`, `NodeShutdown`); null where it may. */
  readonly ended: string | null;
  /** Of all its containers together. */
  readonly restarts: number;
  /** When each container last ended for using more memory than it may, where that was its last end. */
  readonly oomKills: readonly { readonly container: string; readonly at: string }[];
  /** The container ports that it declares: often none, since Kubernetes does not require it. */
  readonly ports: readonly PodPort[];
  readonly imageDigests: readonly string[];
  /** Why it is not ready, or null: which container, the reason and what the node said. */
  readonly problem: PodProblem | null;
}

export interface PodProblem {
  /** As Kubernetes names it: `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`; `NotReady` where nothing else is known. */
  readonly reason: string;
  readonly message: string;
  readonly container: string | null;
  /** Of the last time that the container ended; null while it has not. */
  readonly exitCode: number | null;
}

/** The view of a pod as the API server describes it. */
export function viewPod(pod: Json<V1Pod>): PodView {
  const statuses = pod.status?.containerStatuses ?? [];
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const terminating = pod.metadata?.deletionTimestamp !== undefined;
  const ready = condition?.status === 'True' && !terminating;
  const ports = pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
  return {
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    ip: pod.status?.podIP ?? null,
    ready,
    terminating,
    disrupted:
      pod.status?.conditions?.some(({ type, status }) => type === 'DisruptionTarget' && status === 'True') ?? false,
    readySince: ready ? (condition.lastTransitionTime ?? null) : null,
    everReady: condition?.status === 'True' || wasReady(pod),
    ended: endOf(pod),
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    oomKills: statuses.flatMap(oomKillOf),
    ports: ports.map(({ name, containerPort }) => ({ name: name ?? null, number: containerPort })),
    imageDigests: statuses.map(({ imageID }) => imageID).filter((digest) => digest !== ''),
    problem: ready || terminating ? null : problemOf(pod),
  };
}

const sameMomentMs = 1_000;

/**
 * Whether a pod that is not ready once was. Its node says of a new pod that it is not ready no later than that it is initialized;
 * one that says so later has changed its mind. A pod without such words has not even begun.
 */
function wasReady({ status }: Json<V1Pod>): boolean {
  const since = (wanted: string): number =>
    Date.parse(status?.conditions?.find(({ type }) => type === wanted)?.lastTransitionTime ?? '');
  return since('Ready') > since('Initialized') + sameMomentMs;
}

function endOf({ status }: Json<V1Pod>): string | null {
  const { phase, reason } = status ?? {};
  return phase === 'Failed' || phase === 'Succeeded' ? (reason ?? phase) : null;
}

/** As the kubelet names it. */
const outOfMemory = 'OOMKilled';

function oomKillOf({ name, state, lastState }: Json<V1ContainerStatus>): PodView['oomKills'] {
  const ended = [state?.terminated, lastState?.terminated].find((end) => end?.reason === outOfMemory);
  return ended === undefined ? [] : [{ container: name, at: ended.finishedAt ?? '' }];
}

function problemOf(pod: Json<V1Pod>): PodProblem {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const status of statuses) {
    const problem = containerProblem(status);
    if (problem !== null) return problem;
  }
  const unmet = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status !== 'True');
  if (unmet !== undefined) return podProblem(unmet.reason ?? 'Unschedulable', unmet.message);
  if (pod.status?.phase === 'Failed') return podProblem(pod.status.reason ?? 'Failed', pod.status.message);
  const starting = statuses.find(({ state }) => state?.waiting !== undefined);
  if (starting?.state?.waiting !== undefined) {
    return podProblem(starting.state.waiting.reason ?? 'Waiting', starting.state.waiting.message);
  }
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return podProblem(statuses.length === 0 ? 'Pending' : 'NotReady', condition?.message);
}

/** A container that waits for another reason than that it has only just been created, or that has ended. */
function containerProblem(status: Json<V1ContainerStatus>): PodProblem | null {
  const { waiting, terminated } = status.state ?? {};
  const ended = terminated ?? status.lastState?.terminated;
  const exitCode = ended?.exitCode ?? null;
  if (waiting?.reason !== undefined && !startingUp.has(waiting.reason)) {
    return { reason: waiting.reason, message: waiting.message ?? '', container: status.name, exitCode };
  }
  if (terminated !== undefined && terminated.exitCode !== 0) {
    const reason = terminated.reason ?? 'Error';
    // The container's own words: what it wrote as its termination message, or the end of its log.
    return { reason, message: maskCredentials(terminated.message ?? ''), container: status.name, exitCode };
  }
  return null;
}

const startingUp: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

function podProblem(reason: string, message = ''): PodProblem {
  return { reason, message, container: null, exitCode: null };
}

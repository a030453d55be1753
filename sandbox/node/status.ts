import type {
  V1ContainerState,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Pod,
  V1PodCondition,
  V1PodStatus,
} from '@kubernetes/client-node';

export type ContainerRole = 'init' | 'sidecar' | 'main';

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: Date }
  | { readonly kind: 'terminated'; readonly record: TerminationRecord };

export interface TerminationRecord {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly containerID: string;
}

/** One container at this moment. */
export interface ContainerSnapshot {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  readonly imageID: string;
  readonly containerID: string | undefined;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly last: TerminationRecord | undefined;
  readonly started: boolean;
  readonly ready: boolean;
}

export interface PodSnapshot {
  readonly pod: V1Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly startTime: Date;
  readonly containers: readonly ContainerSnapshot[];
  /** No container of the pod will run again. */
  readonly over: boolean;
  /** Why the pod as a whole failed, beyond its containers. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * Builds the status that a kubelet would report. `conditions` are those reported before: a transition time stays while
 * the condition's status does.
 */
export function buildPodStatus(snapshot: PodSnapshot, conditions: readonly V1PodCondition[], now: Date): V1PodStatus {
  const { pod, podIP, hostIP, failure } = snapshot;
  const phase = podPhase(snapshot);
  const inits = snapshot.containers.filter(({ role }) => role !== 'main').map(containerStatus);
  const mains = snapshot.containers.filter(({ role }) => role === 'main').map(containerStatus);
  const generation = pod.metadata?.generation;
  return {
    phase,
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(failure && { reason: failure.reason, message: failure.message }),
    conditions: podConditions(snapshot, phase, conditions, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: snapshot.startTime,
    qosClass: pod.status?.qosClass ?? 'BestEffort',
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: mains,
  };
}

/** The pod's phase from its containers, as a kubelet derives it. */
export function podPhase({ containers, over, failure, pod }: PodSnapshot): Phase {
  const mains = containers.filter(({ role }) => role === 'main');
  if (over || failure) {
    return !failure && mains.every(succeeded) ? 'Succeeded' : 'Failed';
  }
  if (!initialized(containers)) return 'Pending';
  if (mains.some(({ state, last }) => state.kind === 'waiting' && !last)) return 'Pending';
  if (mains.some(({ state }) => state.kind !== 'terminated')) return 'Running';
  switch (pod.spec?.restartPolicy ?? 'Always') {
    case 'Never':
      return mains.every(succeeded) ? 'Succeeded' : 'Failed';
    case 'OnFailure':
      return mains.every(succeeded) ? 'Succeeded' : 'Running';
    default:
      return 'Running';
  }
}

function succeeded({ state }: ContainerSnapshot): boolean {
  return state.kind === 'terminated' && state.record.exitCode === 0;
}

function initialized(containers: readonly ContainerSnapshot[]): boolean {
  return containers.every((container) => {
    if (container.role === 'main') return true;
    return container.role === 'init' ? succeeded(container) : container.started;
  });
}

type Verdict = Pick<V1PodCondition, 'type' | 'status' | 'reason' | 'message'>;

function podConditions(
  { containers, pod, failure }: PodSnapshot,
  phase: Phase,
  before: readonly V1PodCondition[],
  now: Date,
): V1PodCondition[] {
  const containersReady = readyVerdict(containers, phase);
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    initializedVerdict(containers, phase),
    { type: 'ContainersReady', ...containersReady },
    { type: 'Ready', ...gatedVerdict(containersReady, pod) },
  ];
  if (failure?.reason === 'DeadlineExceeded') verdicts[0] = { type: 'PodReadyToStartContainers', status: 'False' };
  return verdicts.map((verdict) => {
    const earlier = before.find(({ type }) => type === verdict.type);
    const since = earlier?.status === verdict.status ? earlier.lastTransitionTime : undefined;
    return { ...verdict, lastTransitionTime: since ?? now };
  });
}

function initializedVerdict(containers: readonly ContainerSnapshot[], phase: Phase): Verdict {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' };
  if (initialized(containers)) return { type: 'Initialized', status: 'True' };
  const names = containers.filter((one) => one.role !== 'main' && !initialized([one])).map(({ name }) => name);
  const message = `containers with incomplete status: [${names.join(' ')}]`;
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message };
}

function readyVerdict(containers: readonly ContainerSnapshot[], phase: Phase): Omit<Verdict, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter(({ role, ready }) => role !== 'init' && !ready).map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function gatedVerdict(containersReady: Omit<Verdict, 'type'>, pod: V1Pod): Omit<Verdict, 'type'> {
  if (containersReady.status !== 'True') return containersReady;
  const open = (type: string) => pod.status?.conditions?.some((one) => one.type === type && one.status === 'True');
  const closed = (pod.spec?.readinessGates ?? []).filter(({ conditionType }) => open(conditionType) !== true);
  const first = closed[0];
  if (!first) return { status: 'True' };
  const message = `corresponding condition of pod readiness gate "${first.conditionType}" is not "True".`;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message };
}

function containerStatus(snapshot: ContainerSnapshot): V1ContainerStatus {
  const { name, image, imageID, containerID, restartCount, state, last, started, ready } = snapshot;
  return {
    name,
    image,
    imageID,
    ...(containerID !== undefined && { containerID }),
    restartCount,
    started,
    ready,
    state: stateOf(state),
    lastState: last ? { terminated: terminated(last) } : {},
  };
}

function stateOf(state: ContainerState): V1ContainerState {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message !== undefined && { message: state.message }) } };
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return { terminated: terminated(state.record) };
  }
}

function terminated(record: TerminationRecord): V1ContainerStateTerminated {
  return { ...record };
}

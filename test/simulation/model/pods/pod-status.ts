/** The status of a pod, as its node writes it. Pure. */
import type {
  V1ContainerState,
  V1ContainerStatus,
  V1PodCondition,
  V1PodSpec,
  V1PodStatus,
} from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import { timestamp } from '../time.ts';

export type Phase =
  | { readonly kind: 'creating' }
  | { readonly kind: 'no-image'; readonly isBackingOff: boolean }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'crashed'; readonly isBackingOff: boolean }
  | { readonly kind: 'ended'; readonly exitCode: number };

export interface PodFacts {
  readonly phase: Phase;
  readonly ready: boolean;
  readonly ip: string;
  readonly restarts: number;
  /** Whether a run before this one has crashed. */
  readonly hasCrashed: boolean;
}

type Status = Json<V1PodStatus>;

/** The status; conditions keep the time of their last change from the status before. */
export function podStatus(facts: PodFacts, spec: Json<V1PodSpec> | undefined, before: Status | undefined): Status {
  const { phase, ready, ip } = facts;
  const condition = (type: string, holds: boolean): Json<V1PodCondition> => {
    const known = before?.conditions?.find((one) => one.type === type);
    const status = holds ? 'True' : 'False';
    return known?.status === status ? known : { type, status, lastTransitionTime: timestamp() };
  };
  const hasAddress = phase.kind === 'running' || phase.kind === 'crashed' || phase.kind === 'ended';
  return {
    phase: phaseName(phase),
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    ...(hasAddress ? { podIP: ip, podIPs: [{ ip }] } : {}),
    hostIP: '10.0.0.1',
    startTime: before?.startTime ?? timestamp(),
    containerStatuses: (spec?.containers ?? []).map(({ name, image = '' }) => containerStatus(name, image, facts)),
    qosClass: 'BestEffort',
  };
}

function phaseName(phase: Phase): string {
  switch (phase.kind) {
    case 'creating':
    case 'no-image':
      return 'Pending';
    case 'running':
    case 'crashed':
      return 'Running';
    case 'ended':
      return phase.exitCode === 0 ? 'Succeeded' : 'Failed';
  }
}

function containerStatus(name: string, image: string, facts: PodFacts): Json<V1ContainerStatus> {
  const { phase, ready, restarts, hasCrashed } = facts;
  const wasPulled = phase.kind !== 'creating' && phase.kind !== 'no-image';
  return {
    name,
    image,
    imageID: wasPulled ? digestOf(image) : '',
    ready,
    started: phase.kind === 'running',
    restartCount: restarts,
    state: stateOf(phase, image),
    lastState: hasCrashed
      ? { terminated: { exitCode: 1, reason: 'Error', startedAt: timestamp(), finishedAt: timestamp() } }
      : {},
  };
}

function stateOf(phase: Phase, image: string): Json<V1ContainerState> {
  switch (phase.kind) {
    case 'creating':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'no-image':
      return phase.isBackingOff
        ? { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } }
        : { waiting: { reason: 'ErrImagePull', message: `the image "${image}" was not found` } };
    case 'running':
      return { running: { startedAt: timestamp(phase.since) } };
    case 'crashed':
      return phase.isBackingOff
        ? { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } }
        : { terminated: { exitCode: 1, reason: 'Error' } };
    case 'ended':
      return { terminated: { exitCode: phase.exitCode, reason: phase.exitCode === 0 ? 'Completed' : 'Error' } };
  }
}

/** One that can be read: the same for the same image. */
function digestOf(image: string): string {
  return `${image}@sha256:of-${image}`;
}

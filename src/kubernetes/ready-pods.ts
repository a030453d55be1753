/** How many pods of a slot are ready, and why the others are not. */
import type { V1Deployment } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import type { Source } from './follow.ts';
import { viewPod, type PodProblem, type PodView } from './pod.ts';
import { podsOf, readPods, type SlotReference } from './slot.ts';
import { waitUntil } from './wait.ts';

export function podSource(reference: SlotReference): Source<PodView> {
  return { ...podsOf(reference), read: viewPod };
}

export interface ReadyWait {
  readonly minimum: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told at the beginning of a wait, and whenever the picture changes. */
  readonly onProgress: (summary: string) => void;
  /** What is said when the time is over, with what is missing. */
  readonly overdue: (why: string) => string;
}

/**
 * Resolves as soon as the slot has `minimum` ready pods; at once, after one request, where it has them already.
 * DeploymentError('SlotNotReady') with the reasons when the time is over.
 */
export async function waitForReadyPods(cluster: Cluster, reference: SlotReference, wait: ReadyWait): Promise<void> {
  const { minimum, timeoutMs, signal, onProgress, overdue } = wait;
  const needed = Math.max(1, minimum);
  const name = slotName(reference.app, reference.slot);
  const started = performance.now();
  let pods: readonly PodView[] = await readPods(cluster, reference);
  const enough = (): true | null => (pods.filter(({ ready }) => ready).length >= needed ? true : null);
  if (enough() !== null) return;
  onProgress(`${name}: ${describePods(pods, needed)}`);
  const waited = await waitUntil(cluster, {
    sources: { pods: podSource(reference) },
    look: (seen) => {
      pods = seen.pods;
      onProgress(`${name}: ${describePods(pods, needed)}`);
      return enough();
    },
    timeoutMs: Math.max(0, timeoutMs - (performance.now() - started)),
    signal,
  });
  if (waited.reached) return;
  const trouble = waited.trouble === null ? '' : `; ${waited.trouble}`;
  throw new DeploymentError(
    'SlotNotReady',
    overdue(`${name} does not have the ${needed} ready pods that it needs: ${describePods(pods, needed)}${trouble}`),
  );
}

/** `3 of 10 ready; 7 not created yet; FailedCreate (pods "x" is forbidden: exceeded quota)`. */
export function describeSlotPods(deployment: Json<V1Deployment>, pods: readonly PodView[]): string {
  const failed = deployment.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  const refusal =
    failed === undefined ? [] : [`${failed.reason ?? 'FailedCreate'} (${failed.message ?? ''})`.slice(0, refusalShown)];
  return [describePods(pods, deployment.spec?.replicas ?? 1), ...refusal].join('; ');
}

const refusalShown = 500;

/** `3 of 10 ready; 2 ImagePullBackOff (Back-off pulling image "x"); 5 Pending`. */
export function describePods(pods: readonly PodView[], desired: number): string {
  const present = pods.filter(({ terminating }) => !terminating);
  const ready = present.filter((pod) => pod.ready).length;
  const missing = desired - present.length;
  const terminating = pods.length - present.length;
  return [
    `${ready} of ${desired} ready`,
    ...groupProblems(present.flatMap(({ problem }) => (problem === null ? [] : [problem]))),
    ...(missing > 0 ? [`${missing} not created yet`] : []),
    ...(terminating > 0 ? [`${terminating} terminating`] : []),
  ].join('; ');
}

const groupsShown = 5;
const messageShown = 200;

function groupProblems(problems: readonly PodProblem[]): string[] {
  const groups = new Map<string, { count: number; problem: PodProblem }>();
  for (const problem of problems) {
    const key = `${problem.reason} ${problem.container ?? ''} ${problem.exitCode ?? ''}`;
    const group = groups.get(key);
    groups.set(key, { count: (group?.count ?? 0) + 1, problem: group?.problem ?? problem });
  }
  return [...groups.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, groupsShown)
    .map(({ count, problem }) => `${count} ${describeProblem(problem)}`);
}

function describeProblem({ reason, message, container, exitCode }: PodProblem): string {
  const details = [
    ...(container === null ? [] : [`container ${container}`]),
    ...(exitCode === null ? [] : [`exit code ${exitCode}`]),
    ...(message === '' ? [] : [message.replaceAll(/\s+/g, ' ').slice(0, messageShown)]),
  ];
  return details.length === 0 ? reason : `${reason} (${details.join(', ')})`;
}

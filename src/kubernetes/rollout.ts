/** Whether all pods of a slot's Deployment are up, and if not, why not. */
import type { V1Deployment } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Json } from './api-server.ts';
import { deploymentAnnotation } from './candidate.ts';
import type { Cluster } from './cluster.ts';
import type { CrashLogs } from './crash-logs.ts';
import type { Source } from './follow.ts';
import type { PodView } from './pod.ts';
import { describeSlotPods, podSource } from './ready-pods.ts';
import { viewSlot, type SlotReference } from './slot.ts';
import { waitUntil } from './wait.ts';

export interface RolloutWait {
  readonly runId: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Where the last words of containers that crash are collected. */
  readonly logs: CrashLogs;
  readonly onProgress: (summary: string, state: SlotState) => void;
  /** What is said when the time is over, with what is missing. */
  readonly overdue: (why: string) => string;
}

export function deploymentSource({ namespace, app, slot }: SlotReference): Source<Json<V1Deployment>> {
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    fieldSelector: `metadata.name=${slotName(app, slot)}`,
    read: (deployment: Json<V1Deployment>) => deployment,
  };
}

/** Resolves once every pod is available; DeploymentError('CandidateNotReady') with the reasons when the time is over. */
export async function waitForRollout(
  cluster: Cluster,
  reference: SlotReference,
  { runId, timeoutMs, signal, logs, onProgress, overdue }: RolloutWait,
): Promise<SlotState> {
  const name = slotName(reference.app, reference.slot);
  let reasons = 'nothing is known of its pods';
  const waited = await waitUntil(cluster, {
    sources: { deployments: deploymentSource(reference), pods: podSource(reference) },
    look: ({ deployments: [deployment], pods }) => {
      assertOwn(deployment, name, runId);
      const { state } = viewSlot(reference, deployment, pods);
      if (isRolledOut(deployment, pods)) return state;
      logs.consider(pods);
      reasons = describeRollout(deployment, pods);
      onProgress([reasons, ...logs.excerpts].join('; '), state);
      return null;
    },
    timeoutMs,
    signal,
  });
  if (waited.reached) return waited.value;
  await logs.settled();
  throw new DeploymentError(
    'CandidateNotReady',
    [overdue(waited.trouble === null ? reasons : `${reasons}; ${waited.trouble}`), ...logs.full].join('\n'),
  );
}

/** Every pod is of the current template, ready, and has been so for minReadySeconds. */
export function isRolledOut(deployment: Json<V1Deployment>, pods: readonly PodView[]): boolean {
  const desired = deployment.spec?.replicas ?? 1;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  if (observedGeneration < (deployment.metadata?.generation ?? 1)) return false;
  const ready = pods.filter((pod) => pod.ready).length;
  return [replicas, updatedReplicas, availableReplicas, ready].every((count) => count === desired);
}

/** `3 of 10 ready; 2 ImagePullBackOff (…); pods "x" is forbidden: exceeded quota`. */
export function describeRollout(deployment: Json<V1Deployment>, pods: readonly PodView[]): string {
  const desired = deployment.spec?.replicas ?? 1;
  const waiting = deployment.spec?.minReadySeconds ?? 0;
  const { availableReplicas = 0 } = deployment.status ?? {};
  const ready = pods.filter((pod) => pod.ready).length;
  return [
    describeSlotPods(deployment, pods),
    ...(waiting > 0 && ready > availableReplicas
      ? [`${availableReplicas} of ${desired} ready for minReadySeconds (${waiting} s)`]
      : []),
  ].join('; ');
}

function assertOwn(
  deployment: Json<V1Deployment> | undefined,
  name: string,
  runId: string,
): asserts deployment is Json<V1Deployment> {
  if (deployment === undefined) {
    throw new DeploymentError(
      'ObjectMissing',
      `the Deployment "${name}" was deleted while it was waited for: deploy again`,
    );
  }
  const owner = deployment.metadata?.annotations?.[deploymentAnnotation];
  if (owner === runId) return;
  throw new DeploymentError(
    'FenceLost',
    `the Deployment "${name}" was replaced by ${owner === undefined ? 'somebody' : `the deployment ${owner}`} while it was waited for: this deployment goes no further`,
  );
}

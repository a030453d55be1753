/** A slot as it is in the cluster at one moment: its Deployment and its pods. */
import type { V1Deployment, V1PodList } from '@kubernetes/client-node';
import { boundedSlot } from '../domain/bounds.ts';
import { slotLabels, slotName, type Slot } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { orNull } from './errors.ts';
import { viewPod, type PodView } from './pod.ts';

export interface SlotReference {
  readonly namespace: string;
  readonly app: string;
  readonly slot: Slot;
}

export interface SlotView {
  /** For the state document. */
  readonly state: SlotState;
  readonly deployment: Json<V1Deployment>;
  /** Every pod of the slot, those that terminate included. */
  readonly pods: readonly PodView[];
}

/** Reads a slot; null where it has no Deployment. */
export async function readSlot(cluster: Cluster, reference: SlotReference): Promise<SlotView | null> {
  const [deployment, pods] = await Promise.all([readDeployment(cluster, reference), readPods(cluster, reference)]);
  return deployment === null ? null : viewSlot(reference, deployment, pods);
}

/** The Deployment of a slot, or null. */
export function readDeployment(cluster: Cluster, reference: SlotReference): Promise<Json<V1Deployment> | null> {
  return orNull(cluster.api.json<Json<V1Deployment>>({ path: deploymentPath(reference) }));
}

/** The pods of a slot, by their labels, whether or not its Deployment still exists. */
export async function readPods(cluster: Cluster, reference: SlotReference): Promise<PodView[]> {
  const { path, labelSelector } = podsOf(reference);
  const list = await cluster.api.json<Json<V1PodList>>({ path, query: { labelSelector } });
  return list.items.map(viewPod);
}

/** Puts together what is known of a slot. */
export function viewSlot(
  { app, slot }: SlotReference,
  deployment: Json<V1Deployment>,
  pods: readonly PodView[],
  now: Date = new Date(),
): SlotView {
  const containers = deployment.spec?.template.spec?.containers ?? [];
  const digests = pods.filter((pod) => !pod.terminating).flatMap((pod) => pod.imageDigests);
  return {
    deployment,
    pods,
    state: boundedSlot({
      slot,
      deployment: slotName(app, slot),
      desiredPods: deployment.spec?.replicas ?? 1,
      readyPods: pods.filter((pod) => pod.ready).length,
      images: unique(containers.map(({ image }) => image ?? '')),
      imageDigests: unique(digests),
      revision: revisionOf(deployment),
      seenAt: now.toISOString(),
    }),
  };
}

/** Written by Kubernetes' own controller. */
const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Which of its pod templates a Deployment is at: the number grows whenever the template is changed. */
export function revisionOf(deployment: Json<V1Deployment>): string | null {
  return deployment.metadata?.annotations?.[revisionAnnotation] ?? null;
}

export function deploymentPath({ namespace, app, slot }: SlotReference): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${slotName(app, slot)}`;
}

/** Where the pods of a slot are listed and watched. */
export function podsOf({ namespace, app, slot }: SlotReference): { path: string; labelSelector: string } {
  const labels = Object.entries(slotLabels(app, slot)).map(([name, value]) => `${name}=${value}`);
  return { path: `/api/v1/namespaces/${namespace}/pods`, labelSelector: labels.join(',') };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}

/** What a reader should know though it does not stop the deployment. Pure. */
import { formatDuration } from '../../domain/duration.ts';
import { slotName } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import { doubtsAbout } from '../../domain/spec-doubts.ts';
import type { DeploymentManifest } from '../candidate.ts';
import type { Facts } from './facts.ts';
import type { Plan } from './plan.ts';
import { isScoped } from './quota.ts';

const defaultAffinitySeconds = 10_800;

/** In the order in which they matter. */
export function noticesOf(
  spec: Spec,
  facts: Facts,
  { stableSlot, candidateSlot }: Plan,
  manifest: DeploymentManifest,
): string[] {
  const stable = stableSlot === null ? null : facts.slots[stableSlot];
  return [
    ...leftOver(spec, facts, candidateSlot),
    ...(stable === null ? [] : stableNotices(stable)),
    ...(stableSlot === null ? [] : autoscalerNotices(spec, facts, slotName(spec.app, stableSlot), manifest)),
    ...serviceNotices(spec, facts),
    ...repositoryNotices(spec, facts),
    ...probeNotices(manifest),
    ...quotaNotices(facts),
    ...doubtsAbout(spec),
  ];
}

function leftOver(spec: Spec, facts: Facts, slot: Plan['candidateSlot']): string[] {
  const left = facts.slots[slot];
  if (left === null) return [];
  const { images, readyPods } = left.state;
  return [
    `${slotName(spec.app, slot)} is there already (${images.join(', ')}, ${readyPods} pods ready): it is removed before the candidate is deployed`,
  ];
}

function stableNotices({ state, deployment }: NonNullable<Facts['slots']['blue']>): string[] {
  const { deployment: name, readyPods, desiredPods } = state;
  const { observedGeneration = 0, updatedReplicas = 0 } = deployment.status ?? {};
  const rolling = observedGeneration < (deployment.metadata?.generation ?? 1) || updatedReplicas < desiredPods;
  return [
    ...(readyPods < desiredPods ? [`only ${readyPods} of ${desiredPods} pods of ${name} are ready`] : []),
    ...(rolling ? [`${name} is in the middle of a rollout of its own: the copy is of its latest template`] : []),
    ...(deployment.spec?.paused === true ? [`${name} is paused; the candidate is not`] : []),
  ];
}

function autoscalerNotices(spec: Spec, { autoscalers }: Facts, stable: string, manifest: DeploymentManifest): string[] {
  return (autoscalers ?? [])
    .filter((one) => one.spec?.scaleTargetRef.kind === 'Deployment' && one.spec.scaleTargetRef.name === stable)
    .map(
      (one) =>
        `the HorizontalPodAutoscaler "${one.metadata?.name ?? ''}" scales ${stable} and not the candidate, which gets ${manifest.spec?.replicas ?? 1} pods: after the cutover of ${spec.service} it goes on to scale ${stable}, to which no traffic goes`,
    );
}

function serviceNotices({ service }: Spec, { production }: Facts): string[] {
  const { sessionAffinity, sessionAffinityConfig, publishNotReadyAddresses } = production?.object.spec ?? {};
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
  return [
    ...(sessionAffinity === 'ClientIP'
      ? [
          `${service} has sessionAffinity ClientIP: depending on the cluster's proxy, known clients may stay on the old slot for up to ${formatDuration(seconds * 1_000)}`,
        ]
      : []),
    ...(publishNotReadyAddresses === true
      ? [
          `${service} publishes pods that are not ready: the switch cannot be verified by its EndpointSlices while there are any`,
        ]
      : []),
  ];
}

/** What Argo CD and Flux mark their objects with, and the field managers of those that apply on the server's side. */
const marks = ['argocd.argoproj.io/tracking-id', 'kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'];
const appliers: ReadonlySet<string> = new Set(['argocd-controller', 'kustomize-controller', 'helm-controller']);

/** A repository that is applied again and again puts the selector back, in the middle of a deployment as well. */
function repositoryNotices({ service }: Spec, { production }: Facts): string[] {
  const { annotations = {}, labels = {}, managedFields = [] } = production?.object.metadata ?? {};
  const mark = marks.find((name) => name in annotations || name in labels);
  const by = mark ?? managedFields.find(({ manager }) => manager !== undefined && appliers.has(manager))?.manager;
  if (by === undefined) return [];
  return [
    `${service} is applied from a repository (${by}): have it leave out, or ignore, spec.selector and the two Deployments, or it moves production back (docs/operations.md)`,
  ];
}

function probeNotices(manifest: DeploymentManifest): string[] {
  const containers = manifest.spec?.template.spec?.containers ?? [];
  if (containers.some(({ readinessProbe }) => readinessProbe !== undefined)) return [];
  return ['the candidate has no readiness probe: the deployment waits until each pod answers, but Kubernetes does not'];
}

function quotaNotices({ quotas }: Facts): string[] {
  const scoped = (quotas ?? []).filter(isScoped).map(({ metadata }) => metadata?.name ?? '');
  return scoped.length === 0
    ? []
    : [`the ResourceQuota ${scoped.join(', ')} is for a part of the pods and was not checked`];
}

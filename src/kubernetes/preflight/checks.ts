/** What stands in the way of a deployment whose plan is made. Pure; each problem names the object and what to do. */
import type { V1Container, V1Deployment, V1Service } from '@kubernetes/client-node';
import { toMilliseconds } from '../../domain/duration.ts';
import { numberOf } from '../../domain/number-of.ts';
import { slotName, slots, type Slot } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Json } from '../api-server.ts';
import type { DeploymentManifest } from '../candidate.ts';
import { managedBy } from '../preview.ts';
import type { ProductionService } from '../production.ts';
import type { SlotView } from '../slot.ts';
import type { Facts } from './facts.ts';
import { addDemands, podDemand, quotaProblems } from './quota.ts';

/** What is wrong with the slot that is live. */
export function stableProblems(spec: Spec, stable: SlotView): string[] {
  const { deployment, readyPods, desiredPods, slot } = stable.state;
  const problems: string[] = [];
  if (readyPods === 0) {
    problems.push(
      `the live Deployment "${deployment}" has no ready pod (of ${desiredPods}), so there is nothing to go back to: repair it first`,
    );
  }
  const selected = stable.deployment.spec?.selector.matchLabels ?? {};
  if (selected['app'] !== spec.app || selected['version'] !== slot) {
    problems.push(
      `the selector of the Deployment "${deployment}" has to have app: ${spec.app} and version: ${slot}, so that the two slots' pods cannot be mixed up: create it anew with that selector (it cannot be changed)`,
    );
  }
  if (desiredPods > 0 && spec.rollback.minimumReady > desiredPods) {
    problems.push(
      `rollback.minimumReady is ${spec.rollback.minimumReady}, but "${deployment}" has only ${numberOf(desiredPods, 'pod')}: a rollback could never happen; lower it`,
    );
  }
  return problems;
}

/** What is wrong with the spec, now that the number of the candidate's pods is known. */
export function podCountProblems({ cutover: { minimumReady } }: Spec, replicas: number): string[] {
  if (minimumReady === undefined || minimumReady <= replicas) return [];
  return [
    `cutover.minimumReady is ${minimumReady}, but the candidate has only ${numberOf(replicas, 'pod')}: lower it, or raise replicas`,
  ];
}

/** What is wrong with the candidate as it would be created. */
export function candidateProblems(production: ProductionService, manifest: DeploymentManifest): string[] {
  return [...portProblems(production, manifest), ...labelProblems(production, manifest)];
}

/** A container whose log could not be read: of both slots, as they are compared. */
export function logProblems(
  { logs, soak, monitor }: Spec,
  manifest: DeploymentManifest,
  stable: Json<V1Deployment> | null,
): string[] {
  const isRead = [soak, monitor].some(({ duration }) => toMilliseconds(duration) > 0);
  if (logs === 'none' || logs.container === undefined || !isRead) return [];
  const { container } = logs;
  const pods = [
    { whose: "the candidate's", deployment: manifest },
    ...(stable === null ? [] : [{ whose: "stable's", deployment: stable }]),
  ];
  return pods.flatMap(({ whose, deployment }) => {
    const names = allContainers(deployment).map(({ name }) => name);
    if (names.includes(container)) return [];
    return [
      `logs.container is "${container}", but ${whose} pods have ${names.join(', ')}: name one that both slots have`,
    ];
  });
}

/** A targetPort that no container of the candidate has. Without any declared port there is nothing to compare. */
function portProblems({ name, object }: ProductionService, manifest: DeploymentManifest): string[] {
  const containers = allContainers(manifest);
  const declared = containers.flatMap(({ ports }) => ports ?? []);
  const shown = declared.map((port) =>
    port.name === undefined ? port.containerPort : `${port.name}: ${port.containerPort}`,
  );
  return (object.spec?.ports ?? []).flatMap(({ port, targetPort }) => {
    const wanted: string | number = targetPort ?? port;
    const known =
      typeof wanted === 'number'
        ? declared.length === 0 || declared.some(({ containerPort }) => containerPort === wanted)
        : declared.some((one) => one.name === wanted);
    if (known) return [];
    return [
      `the Service "${name}" sends port ${port} to targetPort ${wanted}, which no container of the candidate declares (${shown.length === 0 ? 'no ports' : shown.join(', ')}): correct the ports of the candidate's containers, or the Service`,
    ];
  });
}

/** Labels beside version that the production Service selects and the candidate's pods lack. */
function labelProblems({ name, selector }: ProductionService, manifest: DeploymentManifest): string[] {
  const labels = manifest.spec?.template.metadata?.labels ?? {};
  return Object.entries(selector)
    .filter(([label, value]) => label !== 'version' && labels[label] !== value)
    .map(
      ([label, value]) =>
        `the Service "${name}" also selects ${label}: ${value}, which the candidate's pods do not have: add the label to the candidate's template`,
    );
}

/** Services that have a preview's name and are somebody else's. */
export function previewProblems(spec: Spec, { previews }: Facts): string[] {
  return previews
    .filter((service) => !isPreview(spec, service))
    .map(
      ({ metadata }) =>
        `there is a Service "${metadata?.name ?? ''}" that is no preview Service, and the name is needed for one: rename it`,
    );
}

function isPreview({ app }: Spec, { metadata, spec }: Json<V1Service>): boolean {
  const managed = Object.entries(managedBy).every(([name, value]) => metadata?.labels?.[name] === value);
  const { app: selected, version } = spec?.selector ?? {};
  return managed || (selected === app && version !== undefined && `${app}-${version}` === metadata?.name);
}

/** Quotas without room for the candidate. What an earlier deployment left in its slot makes room when it goes. */
export function roomProblems(spec: Spec, facts: Facts, candidateSlot: Slot, manifest: DeploymentManifest): string[] {
  const needed = podDemand(manifest.spec?.template.spec, manifest.spec?.replicas ?? 1);
  const left = facts.slots[candidateSlot];
  const freed = left === null ? {} : podDemand(left.deployment.spec?.template.spec, left.pods.length);
  const missing = slots.filter(
    (slot) => !facts.previews.some(({ metadata }) => metadata?.name === slotName(spec.app, slot)),
  ).length;
  const services = { services: missing, 'count/services': missing };
  return quotaProblems(facts.quotas ?? [], addDemands(addDemands(needed, freed, -1), services));
}

function allContainers({ spec }: Json<V1Deployment>): Json<V1Container>[] {
  const pod = spec?.template.spec;
  const sidecars = (pod?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod?.containers ?? []), ...sidecars];
}

/** What is amiss with production and its fallback while both are kept, from one look at them. Pure. */
import type { V1Deployment } from '@kubernetes/client-node';
import type { Slot } from '../domain/slot.ts';
import type { Json } from './api-server.ts';
import type { PodView } from './pod.ts';
import { describeSelector, isGivenBack, namesSlot, otherLabels, type ProductionService } from './production.ts';
import { tornDownAnnotation } from './scale.ts';
import { revisionOf } from './slot.ts';

export interface RetentionSnapshot {
  readonly services: readonly ProductionService[];
  readonly stableDeployments: readonly Json<V1Deployment>[];
  readonly candidateDeployments: readonly Json<V1Deployment>[];
  readonly stablePods: readonly PodView[];
  readonly candidatePods: readonly PodView[];
}

export interface RetentionPlan {
  readonly spec: { readonly app: string; readonly rollback: { readonly minimumReady: number } };
  readonly runId: string;
  readonly stableSlot: Slot | null;
  readonly candidateSlot: Slot;
  readonly candidateRevision?: string;
  readonly fallback: { readonly pods: number; readonly revision: string | null };
  /** Topics that were said already. */
  readonly told: readonly string[];
}

export type RetentionFinding =
  | { readonly kind: 'service-gone' | 'fallback-gone' | 'candidate-down' }
  /** The deployment's own rollback has given the Service back: there is nothing to keep any more. */
  | { readonly kind: 'given-back' }
  /** Production selects something else than the candidate. */
  | { readonly kind: 'moved'; readonly live: ProductionService }
  /** It asks for a label, too, that the candidate's pods do not get from its template. */
  | { readonly kind: 'narrowed'; readonly live: ProductionService; readonly topic: string; readonly notice: string }
  /** It is smaller than it has to be; `by` is the field manager that made it so. */
  | { readonly kind: 'fallback-scaled'; readonly deployment: Json<V1Deployment>; readonly by: string }
  /** What changes nothing, and an operator should know. */
  | { readonly kind: 'said'; readonly topic: string; readonly notice: string }
  /** Nothing is known at the moment. */
  | { readonly kind: 'unseen' };

/** The gravest thing that is amiss and was not said yet; null for nothing. */
export function lookAtRetention(snapshot: RetentionSnapshot, plan: RetentionPlan): RetentionFinding | null {
  const {
    services: [live],
    stableDeployments: [stable],
    candidateDeployments: [candidate],
  } = snapshot;
  if (live === undefined) return { kind: 'service-gone' };
  if (isGivenBack(live, plan)) return { kind: 'given-back' };
  if (!namesSlot(live.selector, plan.spec.app, plan.candidateSlot)) return { kind: 'moved', live };
  if (isDown(snapshot, plan)) return { kind: 'candidate-down' };
  if (stable === undefined) return { kind: 'fallback-gone' };
  return narrowed(live, candidate, plan) ?? scaled(stable, plan) ?? edited(stable, candidate, plan);
}

function narrowed(
  live: ProductionService,
  candidate: Json<V1Deployment> | undefined,
  { told }: RetentionPlan,
): RetentionFinding | null {
  if (candidate === undefined || told.includes('narrowed')) return null;
  const labels = candidate.spec?.template.metadata?.labels ?? {};
  if (Object.entries(otherLabels(live.selector)).every(([name, value]) => labels[name] === value)) return null;
  const notice = `the selector of the Service "${live.name}" is ${describeSelector(live.selector)} now: new pods of ${nameOf(candidate)} would not get traffic by it`;
  return { kind: 'narrowed', live, topic: 'narrowed', notice };
}

/** Whether production is served by nobody, and would be by the fallback. */
function isDown({ candidatePods, stablePods }: RetentionSnapshot, { spec, told }: RetentionPlan): boolean {
  if (told.includes('candidate-down') || candidatePods.some(({ ready }) => ready)) return false;
  return stablePods.filter(({ ready }) => ready).length >= spec.rollback.minimumReady;
}

function scaled(stable: Json<V1Deployment>, { fallback, spec, told }: RetentionPlan): RetentionFinding | null {
  const { replicas = 1 } = stable.spec ?? {};
  if (replicas >= fallback.pods || told.includes('left-scaled') || isGoing(stable)) return null;
  const by = scaledBy(stable);
  if (by !== autoscaler || replicas < spec.rollback.minimumReady) {
    return { kind: 'fallback-scaled', deployment: stable, by };
  }
  return once(told, 'autoscaled', () => `${nameOf(stable)} was scaled to ${replicas} by an autoscaler, and is left so`);
}

/** Torn down already, as a late attempt finds it. */
function isGoing({ metadata }: Json<V1Deployment>): boolean {
  return metadata?.deletionTimestamp !== undefined || metadata?.annotations?.[tornDownAnnotation] !== undefined;
}

function edited(
  stable: Json<V1Deployment>,
  candidate: Json<V1Deployment> | undefined,
  { fallback, candidateRevision, told }: RetentionPlan,
): RetentionFinding | null {
  return (
    changed(stable, fallback.revision, told, 'a rollback would bring what it has now') ??
    (candidate === undefined ? null : changed(candidate, candidateRevision ?? null, told, 'users get what it has now'))
  );
}

/** Pods that are restarted every hour are a change each time; what matters beside them must go on being watched. */
const mostEdits = 3;

function changed(
  deployment: Json<V1Deployment>,
  expected: string | null,
  told: readonly string[],
  consequence: string,
): RetentionFinding | null {
  const revision = revisionOf(deployment);
  if (expected === null || revision === null || revision === expected) return null;
  if (told.filter((topic) => topic.startsWith('edited')).length >= mostEdits) return null;
  const images = deployment.spec?.template.spec?.containers.map(({ image }) => image ?? '') ?? [];
  const name = nameOf(deployment);
  return once(
    told,
    `edited-${name}-${revision}`,
    () => `${name} was edited by hand (revision ${expected} → ${revision}): ${consequence}: ${images.join(', ')}`,
  );
}

function once(told: readonly string[], topic: string, notice: () => string): RetentionFinding | null {
  return told.includes(topic) ? null : { kind: 'said', topic, notice: notice() };
}

function nameOf(deployment: Json<V1Deployment>): string {
  return deployment.metadata?.name ?? '';
}

/** The field manager of the HorizontalPodAutoscaler's controller. */
const autoscaler = 'kube-controller-manager';

function scaledBy({ metadata }: Json<V1Deployment>): string {
  const managers = (metadata?.managedFields ?? []).filter(({ fieldsV1 }) =>
    JSON.stringify(fieldsV1 ?? {}).includes('"f:replicas"'),
  );
  const ofSpec = managers.filter(({ subresource }) => subresource !== 'status');
  return ofSpec.toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''))[0]?.manager ?? 'somebody';
}

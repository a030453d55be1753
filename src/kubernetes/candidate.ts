/**
 * The candidate's Deployment: a copy of stable's with another image, or a manifest of the user's own, under the
 * identity of its slot. Pure: the same input gives the same manifest, so that applying it twice changes nothing.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { chooseContainer } from '../domain/candidate-container.ts';
import { otherSlot, slotLabels, slotName, type Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { Json } from './api-server.ts';
import { mergePatch } from './json-merge-patch.ts';
import { moveSelectors } from './label-selectors.ts';

/** On a slot's Deployment: the run id of the deployment that made it. */
export const deploymentAnnotation = 'cutover.dev/deployment';

export type DeploymentManifest = Json<V1Deployment> & { metadata: { name: string; namespace: string } };

export interface CandidateInput {
  readonly spec: Spec;
  readonly runId: string;
  readonly slot: Slot;
  /** What is copied, where the spec gives no manifest. */
  readonly stable: Json<V1Deployment> | null;
}

export type CandidateResult =
  | { readonly ok: true; readonly manifest: DeploymentManifest }
  /**
   * Each names the field of the spec, or the object, that has to change; `field` is that one where it does not depend on the rest
   * of the spec.
   */
  | { readonly ok: false; readonly problems: readonly string[]; readonly field?: 'candidate.patch' };

/** What belongs to the one object that it was written on, and is wrong on a copy. */
const foreignAnnotation =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration$|deployment\.kubernetes\.io\/|cutover\.dev\/)/;

/** Builds the manifest, or says everything that is in the way of it. */
export function buildCandidate(input: CandidateInput): CandidateResult {
  const { spec, stable } = input;
  const { candidate } = spec;
  if (!('manifest' in candidate)) {
    if (stable === null) return { ok: false, problems: [nothingToCopy(spec)] };
    return finish(input, structuredClone(stable), candidate.patch);
  }
  return finish(input, structuredClone(candidate.manifest) as unknown as Json<V1Deployment>);
}

/** How many pods the candidate gets: as the spec says, else as many as stable has, else as the manifest says. */
export function candidateReplicas(spec: Spec, stable: Json<V1Deployment> | null): number {
  if (spec.replicas !== undefined) return spec.replicas;
  if (stable !== null) return Math.max(1, stable.spec?.replicas ?? 1);
  const declared = 'manifest' in spec.candidate ? spec.candidate.manifest.spec['replicas'] : undefined;
  return typeof declared === 'number' && declared > 0 ? declared : 1;
}

function finish(input: CandidateInput, base: Json<V1Deployment>, patch?: unknown): CandidateResult {
  const { spec, slot } = input;
  const problem = setImage(base, spec.candidate);
  if (problem !== null) return { ok: false, problems: [problem] };
  moveSelectors(base.spec?.template.spec, otherSlot(slot), slot);
  const patched = (patch === undefined ? base : mergePatch(base, patch)) as Json<V1Deployment>;
  if (!hasTemplate(patched)) return { ok: false, problems: [templateGone], field: 'candidate.patch' };
  return { ok: true, manifest: withIdentity(input, patched) };
}

const templateGone = 'candidate.patch leaves no object at spec.template: a merge patch takes away what it sets to null';

function hasTemplate({ spec }: { readonly spec?: unknown }): boolean {
  return isObject(spec) && 'template' in spec && isObject(spec.template);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Last of all, so that neither a copy nor a patch can put pods into another slot. */
function withIdentity({ spec, runId, slot, stable }: CandidateInput, base: Json<V1Deployment>): DeploymentManifest {
  const labels = slotLabels(spec.app, slot);
  const {
    paused: _paused,
    template,
    selector,
    ...rest
  } = base.spec ?? ({ template: {} } as NonNullable<Json<V1Deployment>['spec']>);
  const { creationTimestamp: _created, ...templateMetadata } = template.metadata ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: slotName(spec.app, slot),
      namespace: spec.namespace,
      labels: { ...base.metadata?.labels, ...labels },
      annotations: { ...ownAnnotations(base.metadata?.annotations), [deploymentAnnotation]: runId },
    },
    spec: {
      ...rest,
      replicas: candidateReplicas(spec, stable),
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { matchLabels: { ...selector?.matchLabels, ...labels } },
      template: { ...template, metadata: { ...templateMetadata, labels: { ...templateMetadata.labels, ...labels } } },
    },
  };
}

function ownAnnotations(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !foreignAnnotation.test(name)));
}

/** Sets the image of the container that the spec names, or of the only one; says what is in the way. */
function setImage(base: Json<V1Deployment>, candidate: Spec['candidate']): string | null {
  const containers = base.spec?.template.spec?.containers;
  if (!Array.isArray(containers) || containers.length === 0) {
    return 'candidate.manifest has no spec.template.spec.containers: add the container to run';
  }
  const choice = chooseContainer(
    containers.map(({ name }) => name),
    candidate,
  );
  if (!choice.ok) return `candidate.container ${choice.problem}`;
  const chosen = containers[choice.index];
  if (chosen !== undefined && candidate.image !== undefined) chosen.image = candidate.image;
  return null;
}

function nothingToCopy({ app, namespace }: Spec): string {
  return `candidate.image makes a copy of the live slot's Deployment, but namespace "${namespace}" has no live slot of ${app}: give candidate.manifest for the first deployment`;
}

/**
 * A deployment as far as it can be gone through without one: who is stable, what the candidate would be, and whether the
 * API server would take it. What preflight refuses is what `cutover validate --connect` tells.
 *
 * 1. Nothing is changed: the Deployment is tried out by a dry run.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { trialName } from '../domain/permissions.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { apply } from '../kubernetes/apply.ts';
import {
  buildCandidate,
  candidateReplicas,
  type CandidateResult,
  type DeploymentManifest,
} from '../kubernetes/candidate.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { apiErrorKind, describeApiError, schemaMistake } from '../kubernetes/errors.ts';
import {
  candidateProblems,
  logProblems,
  previewProblems,
  roomProblems,
  podCountProblems,
  stableProblems,
} from '../kubernetes/preflight/checks.ts';
import type { Facts } from '../kubernetes/preflight/facts.ts';
import { ownershipProblems } from '../kubernetes/preflight/ownership.ts';
import { makePlan, type Plan } from '../kubernetes/preflight/plan.ts';
import type { ProductionService } from '../kubernetes/production.ts';

export interface RehearsalInput {
  readonly spec: Spec;
  readonly runId: string;
  readonly facts: Facts;
  /** Whether what somebody else has made goes from the candidate's slot. */
  readonly deleteUnmanaged: boolean;
}

export type Rehearsal =
  | { readonly ok: true; readonly plan: Plan; readonly replicas: number; readonly manifest: DeploymentManifest }
  /** Each with the field that is about it; without one where it is about an object of the cluster alone. */
  | { readonly ok: false; readonly problems: readonly SpecMistake[] };

export async function rehearse(cluster: Cluster, input: RehearsalInput): Promise<Rehearsal> {
  const { spec, facts } = input;
  const planning = makePlan(spec, facts);
  if (planning.ok && facts.production !== null)
    return planned(cluster, { ...input, plan: planning.plan, production: facts.production });
  const unplanned = planning.ok ? [] : about(planning.field, planning.problems);
  return { ok: false, problems: [...unplanned, ...independent(spec, facts)] };
}

interface Planned extends RehearsalInput {
  readonly plan: Plan;
  readonly production: ProductionService;
}

async function planned(
  cluster: Cluster,
  { spec, runId, facts, deleteUnmanaged, plan, production }: Planned,
): Promise<Rehearsal> {
  const stable = plan.stableSlot === null ? null : facts.slots[plan.stableSlot];
  const deployment = stable?.deployment ?? null;
  const replicas = candidateReplicas(spec, deployment);
  const problems = [
    ...about('', podCountProblems(spec, replicas)),
    ...about('app', previewProblems(spec, facts)),
    ...about(
      '',
      deleteUnmanaged ? [] : ownershipProblems(spec, plan.candidateSlot, facts.slots[plan.candidateSlot], production),
    ),
    ...about('', stable === null ? [] : stableProblems(spec, stable)),
  ];
  const built = buildCandidate({ spec, runId, slot: plan.candidateSlot, stable: deployment });
  if (!built.ok) return { ok: false, problems: [...problems, ...unbuilt(spec, deployment, built)] };
  const { manifest } = built;
  const tried = await dryRun(cluster, facts, plan, spec, manifest);
  const refused = about(sourceOf(spec), tried.problems);
  // What is not even in the schema may have anything where a list is looked for.
  if (!tried.inSchema) return { ok: false, problems: [...problems, ...refused] };
  problems.push(
    ...about('candidate', candidateProblems(production, manifest)),
    ...about('logs.container', logProblems(spec, manifest, deployment)),
    ...about('', roomProblems(spec, facts, plan.candidateSlot, manifest)),
    ...refused,
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, plan, replicas, manifest };
}

/** What can be said though there is no plan. */
function independent(spec: Spec, facts: Facts): SpecMistake[] {
  const stable = facts.slots.blue?.deployment ?? facts.slots.green?.deployment ?? null;
  const problems = [
    ...about('', podCountProblems(spec, candidateReplicas(spec, stable))),
    ...about('app', previewProblems(spec, facts)),
  ];
  if (stable === null && !('manifest' in spec.candidate)) return problems;
  const built = buildCandidate({ spec, runId: '', slot: 'green', stable });
  return built.ok ? problems : [...problems, ...unbuilt(spec, stable, built)];
}

/** With something to take the container from, it is the container that is wrong where one is named. */
function unbuilt(
  { candidate }: Spec,
  stable: object | null,
  { problems, field }: Extract<CandidateResult, { ok: false }>,
): SpecMistake[] {
  if (field !== undefined) return about(field, problems);
  const hasContainers = stable !== null || 'manifest' in candidate;
  return about(hasContainers && candidate.container !== undefined ? 'candidate.container' : 'candidate', problems);
}

/** What of the candidate is the user's own. */
function sourceOf({ candidate }: Spec): string {
  if ('manifest' in candidate) return 'candidate.manifest';
  return candidate.patch === undefined ? 'candidate' : 'candidate.patch';
}

interface DryRun {
  readonly problems: readonly string[];
  /** Whether every field is one of a Deployment's, with a value of its type. */
  readonly inSchema: boolean;
}

/** What the API server would refuse. A leftover has the name still, and a selector that may not change. */
async function dryRun(
  cluster: Cluster,
  facts: Facts,
  { candidateSlot }: Plan,
  { namespace }: Spec,
  manifest: DeploymentManifest,
): Promise<DryRun> {
  const taken = facts.slots[candidateSlot] !== null;
  const name = taken ? trialName(manifest.metadata.name) : manifest.metadata.name;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const tried = { ...manifest, metadata: { ...manifest.metadata, name } };
  try {
    await apply<Json<V1Deployment>>(cluster, path, tried, { dryRun: true });
    return { problems: [], inSchema: true };
  } catch (error) {
    const kind = apiErrorKind(error);
    const mistake = schemaMistake(error);
    if (mistake === null && kind !== 'invalid' && kind !== 'forbidden') throw error;
    const said = (mistake ?? describeApiError(error)).replaceAll(name, manifest.metadata.name);
    const problem = `the API server would refuse the Deployment "${manifest.metadata.name}": ${said}. Correct the candidate in the spec`;
    return { problems: [problem], inSchema: mistake === null };
  }
}

function about(path: string, messages: readonly string[]): SpecMistake[] {
  return messages.map((message) => ({ path, message }));
}

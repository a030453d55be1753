/** Validates the spec and reads the cluster: what cannot work is refused, all of it at once, before anything is changed. */
import type { V1Deployment } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { trialName } from '../domain/permissions.ts';
import { secretKeysOf } from '../domain/secret-header.ts';
import { deploymentId } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { describeMistakes, parseRecordedSpec, parseSpec } from '../domain/spec-mistakes.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { apply } from '../kubernetes/apply.ts';
import { buildCandidate, candidateReplicas, type DeploymentManifest } from '../kubernetes/candidate.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { apiErrorKind, describeApiError } from '../kubernetes/errors.ts';
import {
  candidateProblems,
  previewProblems,
  roomProblems,
  podCountProblems,
  stableProblems,
} from '../kubernetes/preflight/checks.ts';
import { readFacts, type Facts } from '../kubernetes/preflight/facts.ts';
import { noticesOf } from '../kubernetes/preflight/notices.ts';
import { ownershipProblems } from '../kubernetes/preflight/ownership.ts';
import { checkPermissions } from '../kubernetes/preflight/permissions.ts';
import { makePlan, type Plan } from '../kubernetes/preflight/plan.ts';
import type { ProductionService } from '../kubernetes/production.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { readSecrets } from '../kubernetes/secrets.ts';
import { report, type Step } from './attempt.ts';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import type { PreflightInput, PreflightResult } from './contract.ts';

export function createPreflight({ cluster }: { readonly cluster: Cluster }): Step<'preflight'> {
  return async (input, attempt) => {
    const spec = validSpec(input);
    const tell = (summary: string): void => {
      report(attempt, 'preflight', { summary });
    };
    tell(`reading what namespace ${spec.namespace} has, and what the worker may do there`);
    if (input.undo !== undefined) return slotsOf(cluster, spec, input.undo);
    const permissions = await checkPermissions(cluster, spec);
    refuseIf(permissions.problems);
    const [facts, secrets] = await Promise.all([
      readFacts(cluster, spec),
      readSecrets(cluster, spec.namespace, secretKeysOf(spec)),
    ]);
    const planning = makePlan(spec, facts);
    tell('rehearsing the candidate');
    if (!planning.ok || facts.production === null)
      throw refusal([...(planning.ok ? [] : planning.problems), ...independent(spec, facts), ...secrets.problems]);
    const result = await planned(cluster, {
      input,
      spec,
      facts,
      production: facts.production,
      plan: planning.plan,
      secretProblems: secrets.problems,
    });
    return { ...result, notices: [...result.notices, ...permissions.notices] };
  };
}

/** In an emergency nothing is asked that the switch back does not need. */
async function slotsOf(
  cluster: Cluster,
  spec: Spec,
  { stableSlot, candidateSlot }: EndedDeployment,
): Promise<PreflightResult> {
  const { namespace, app } = spec;
  const [stable, candidate] = await Promise.all(
    [stableSlot, candidateSlot].map((slot) => readSlot(cluster, { namespace, app, slot })),
  );
  const replicas = stable?.state.desiredPods ?? spec.replicas ?? 1;
  return {
    spec: { ...spec, replicas: spec.replicas ?? replicas },
    stable: stable?.state ?? null,
    candidate: candidate?.state ?? null,
    stableSlot,
    candidateSlot,
    notices: [],
  };
}

interface Planned {
  readonly input: PreflightInput;
  readonly spec: Spec;
  readonly facts: Facts;
  readonly production: ProductionService;
  readonly plan: Plan;
  readonly secretProblems: readonly string[];
}

async function planned(
  cluster: Cluster,
  { input, spec, facts, production, plan, secretProblems }: Planned,
): Promise<PreflightResult> {
  const stable = plan.stableSlot === null ? null : facts.slots[plan.stableSlot];
  const deployment = stable?.deployment ?? null;
  const replicas = candidateReplicas(spec, deployment);
  const problems = [
    ...secretProblems,
    ...podCountProblems(spec, replicas),
    ...previewProblems(spec, facts),
    ...(input.replace === true
      ? []
      : ownershipProblems(spec, plan.candidateSlot, facts.slots[plan.candidateSlot], production)),
    ...(stable === null ? [] : stableProblems(spec, stable)),
  ];
  const built = buildCandidate({ spec, runId: input.runId, slot: plan.candidateSlot, stable: deployment });
  if (!built.ok) throw refusal([...problems, ...built.problems]);
  const { manifest } = built;
  problems.push(...candidateProblems(production, manifest), ...roomProblems(spec, facts, plan.candidateSlot, manifest));
  problems.push(...(await dryRunProblems(cluster, facts, plan, spec, manifest)));
  refuseIf(problems);
  return {
    spec: { ...spec, replicas },
    stable: stable?.state ?? null,
    stableSlot: plan.stableSlot,
    candidateSlot: plan.candidateSlot,
    notices: noticesOf(spec, facts, plan, manifest),
  };
}

/** What can be said though there is no plan. */
function independent(spec: Spec, facts: Facts): string[] {
  const stable = facts.slots.blue?.deployment ?? facts.slots.green?.deployment ?? null;
  const problems = [...podCountProblems(spec, candidateReplicas(spec, stable)), ...previewProblems(spec, facts)];
  if (stable === null && !('manifest' in spec.candidate)) return problems;
  const built = buildCandidate({ spec, runId: '', slot: 'green', stable });
  return built.ok ? problems : [...problems, ...built.problems];
}

/** What the API server would refuse. A leftover has the name still, and a selector that may not change. */
async function dryRunProblems(
  cluster: Cluster,
  facts: Facts,
  { candidateSlot }: Plan,
  { namespace }: Spec,
  manifest: DeploymentManifest,
): Promise<string[]> {
  const taken = facts.slots[candidateSlot] !== null;
  const name = taken ? trialName(manifest.metadata.name) : manifest.metadata.name;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const tried = { ...manifest, metadata: { ...manifest.metadata, name } };
  try {
    await apply<Json<V1Deployment>>(cluster, path, tried, { dryRun: true });
    return [];
  } catch (error) {
    const kind = apiErrorKind(error);
    if (kind !== 'invalid' && kind !== 'forbidden') throw error;
    const said = describeApiError(error).replaceAll(name, manifest.metadata.name);
    return [
      `the API server would refuse the Deployment "${manifest.metadata.name}": ${said}. Correct the candidate in the spec`,
    ];
  }
}

function validSpec({ spec: given, workflowId, undo }: PreflightInput): Spec {
  const parsed = undo === undefined ? parseSpec(given) : parseRecordedSpec(given);
  if (!parsed.ok) {
    throw new DeploymentError('SpecInvalid', `the spec is not valid:\n${describeMistakes(parsed.mistakes)}`);
  }
  const { namespace, app } = parsed.spec;
  const id = deploymentId(namespace, app);
  if (workflowId === id) return parsed.spec;
  throw new DeploymentError(
    'Refused',
    `this workflow has the id "${workflowId}", but a deployment of ${app} in ${namespace} has to have the id "${id}", so that there is one at a time: start it with --workflow-id ${id}`,
  );
}

function refuseIf(problems: readonly string[]): void {
  if (problems.length > 0) throw refusal(problems);
}

function refusal(problems: readonly string[]): DeploymentError {
  return new DeploymentError('Refused', [...new Set(problems)].join('\n'));
}

/** Validates the spec and reads the cluster: what cannot work is refused, all of it at once, before anything is changed. */
import { DeploymentError } from '../domain/failure.ts';
import { secretKeysOf } from '../domain/secret-header.ts';
import { deploymentId } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { describeMistakes, parseRecordedSpec, parseSpec } from '../domain/spec-mistakes.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { readFacts } from '../kubernetes/preflight/facts.ts';
import { noticesOf } from '../kubernetes/preflight/notices.ts';
import { checkPermissions } from '../kubernetes/preflight/permissions.ts';
import { readSlot } from '../kubernetes/slot.ts';
import { readSecrets } from '../kubernetes/secrets.ts';
import { report, type Step } from './attempt.ts';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import type { PreflightInput, PreflightResult } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { refusedQueries } from './refused-queries.ts';
import { rehearse } from './rehearsal.ts';

export function createPreflight(dependencies: Dependencies): Step<'preflight'> {
  const { cluster } = dependencies;
  return async (input, attempt) => {
    const spec = validSpec(input);
    const tell = (summary: string): void => {
      report(attempt, 'preflight', { summary });
    };
    tell(`reading what namespace ${spec.namespace} has, and what the worker may do there`);
    if (input.undo !== undefined) return slotsOf(cluster, spec, input.undo);
    const permissions = await checkPermissions(cluster, spec);
    refuseIf(permissions.problems);
    const [facts, secrets, queries] = await Promise.all([
      readFacts(cluster, spec),
      readSecrets(cluster, spec.namespace, secretKeysOf(spec)),
      refusedQueries(dependencies, spec, attempt.signal),
    ]);
    tell('rehearsing the candidate');
    const rehearsal = await rehearse(cluster, {
      spec,
      runId: input.runId,
      facts,
      deleteUnmanaged: input.deleteUnmanaged === true,
    });
    const problems = [...secrets.problems, ...queries.map(({ path, message }) => `${path}: ${message}`)];
    if (!rehearsal.ok) throw refusal([...problems, ...rehearsal.problems.map(({ message }) => message)]);
    refuseIf(problems);
    const { plan, replicas, manifest } = rehearsal;
    const stable = plan.stableSlot === null ? null : facts.slots[plan.stableSlot];
    return {
      ...plan,
      spec: { ...spec, replicas },
      stable: stable?.state ?? null,
      notices: [...noticesOf(spec, facts, plan, manifest), ...permissions.notices],
    };
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
  return {
    spec: { ...spec, replicas: spec.replicas ?? stable?.state.desiredPods ?? 1 },
    stable: stable?.state ?? null,
    candidate: candidate?.state ?? null,
    stableSlot,
    candidateSlot,
    notices: [],
  };
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

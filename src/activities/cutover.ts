/** Switches production to the candidate, all traffic at once, and verifies that it went there. */
import { deadlines, describeOverdue } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotLabels, slotName } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeSelector, otherLabels } from '../kubernetes/production.ts';
import { waitForReadyPods } from '../kubernetes/ready-pods.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { readDeployment } from '../kubernetes/slot.ts';
import { countReadySelected } from '../kubernetes/selection.ts';
import { makeSwitch, type Switch } from '../kubernetes/switch.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { SwitchInput } from './contract.ts';
import { isAsDeployed } from './in-place.ts';
import { switchResult } from './switch-result.ts';

export function createCutover(dependencies: { readonly cluster: Cluster; readonly access: Access }): Step<'cutover'> {
  const { cluster } = dependencies;
  return async (input, attempt) => {
    const wanted = wantedSwitch(input);
    const switched = await makeSwitch(cluster, wanted, async (selector) => {
      await candidateReady(cluster, input, attempt);
      await assertReached(cluster, input, selector);
    });
    return switchResult(
      dependencies,
      { kind: 'cutover', input, to: wanted.to, from: wanted.from, ...switched },
      attempt,
    );
  };
}

function wantedSwitch({ spec, runId, stableSlot, candidateSlot, fence }: SwitchInput): Switch {
  const { namespace, service, app } = spec;
  const slots = { from: stableSlot, to: candidateSlot };
  return { namespace, service, app, runId, ...slots, fence, nextFence: fence + 1, release: false };
}

/**
 * Waits, within the time of the cutover, for pods that are only just not ready. Once the time is over nothing is switched
 * any more: whoever waited for it may have gone.
 */
async function candidateReady(cluster: Cluster, input: SwitchInput, attempt: Attempt): Promise<void> {
  const { spec, candidateSlot } = input;
  const { namespace, app, cutover, replicas = 1 } = spec;
  assertInTime(spec, attempt);
  report(attempt, 'cutover', { summary: `switching ${spec.service} to ${slotName(app, candidateSlot)}` });
  await asDeployed(cluster, input, attempt);
  await waitForReadyPods(
    cluster,
    { namespace, app, slot: candidateSlot },
    {
      minimum: cutover.minimumReady ?? replicas,
      timeoutMs: attempt.remaining(deadlines.cutover(spec).ms),
      signal: attempt.signal,
      onProgress: (summary) => {
        report(attempt, 'cutover', { summary: `waiting to switch: ${summary}` });
      },
      overdue: (why) => unswitched(spec, why, 'See why its pods are not ready, then deploy again'),
    },
  );
  assertInTime(spec, attempt);
}

function assertInTime(spec: Spec, attempt: Attempt): void {
  if (attempt.remaining(deadlines.cutover(spec).ms) > 0) return;
  const why = 'the API server had not answered by then';
  const next = 'See what kept the worker from the API server, then deploy again';
  throw new DeploymentError('DeadlineExceeded', unswitched(spec, why, next));
}

function unswitched(spec: Spec, why: string, next: string): string {
  const undone = `the Service "${spec.service}" was not switched`;
  return describeOverdue(deadlines.cutover(spec), { undone, why, next });
}

/** Waits until Kubernetes has looked at the last change of the candidate; throws where it is not what was deployed. */
async function asDeployed(cluster: Cluster, input: SwitchInput, attempt: Attempt): Promise<void> {
  const { spec, candidateSlot, candidateRevision } = input;
  if (candidateRevision === undefined) return;
  const reference = { namespace: spec.namespace, app: spec.app, slot: candidateSlot };
  if (isAsDeployed(input, await readDeployment(cluster, reference))) return;
  const waited = await waitUntil(cluster, {
    sources: { deployments: deploymentSource(reference) },
    look: ({ deployments: [deployment] }) => (isAsDeployed(input, deployment ?? null) ? true : null),
    timeoutMs: attempt.remaining(deadlines.cutover(spec).ms),
    signal: attempt.signal,
  });
  if (waited.reached) return;
  const trouble = waited.trouble === null ? '' : ` (${waited.trouble})`;
  const why = `somebody has changed the Deployment "${slotName(spec.app, candidateSlot)}", and Kubernetes has not taken that in${trouble}`;
  throw new DeploymentError(
    'SlotNotReady',
    unswitched(spec, why, "See whether the cluster's controllers run, then deploy again"),
  );
}

/** Labels that the selector asks for beside the slot's must be those of the candidate's pods, or nothing would be served. */
async function assertReached(
  cluster: Cluster,
  { spec, candidateSlot }: SwitchInput,
  selector: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(otherLabels(selector)).length === 0) return;
  const { namespace, app, service, cutover, replicas = 1 } = spec;
  const switched = { ...selector, ...slotLabels(app, candidateSlot) };
  const needed = cutover.minimumReady ?? replicas;
  const reached = await countReadySelected(cluster, namespace, switched);
  if (reached >= needed) return;
  throw new DeploymentError(
    'SelectorChanged',
    `the selector of the Service "${service}" would reach ${reached} of the ${needed} ready pods that the candidate needs, by ${describeSelector(switched)}. Nothing was switched: take away what was added to the selector, then deploy again`,
  );
}

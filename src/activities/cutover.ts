/** Switches production to the candidate, all traffic at once, and verifies that it went there. */
import { toMilliseconds } from '../domain/duration.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { waitForReadyPods } from '../kubernetes/ready-pods.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { readDeployment } from '../kubernetes/slot.ts';
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
    const switched = await makeSwitch(cluster, wanted, () => candidateReady(cluster, input, attempt));
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
  const { namespace, app, service, cutover, replicas = 1, timeouts } = spec;
  const timeoutMs = attempt.remaining(toMilliseconds(timeouts.cutover));
  if (timeoutMs === 0) {
    throw new DeploymentError(
      'DeadlineExceeded',
      `timeouts.cutover (${timeouts.cutover}) was over before the Service "${service}" could be switched, so it was not: see what kept the worker from the API server, then deploy again, or give timeouts.cutover more`,
    );
  }
  report(attempt, 'cutover', { summary: `switching ${spec.service} to ${slotName(app, candidateSlot)}` });
  await asDeployed(cluster, input, attempt, timeoutMs);
  await waitForReadyPods(
    cluster,
    { namespace, app, slot: candidateSlot },
    {
      minimum: cutover.minimumReady ?? replicas,
      timeoutMs,
      signal: attempt.signal,
      onProgress: (summary) => {
        report(attempt, 'cutover', { summary: `waiting to switch: ${summary}` });
      },
    },
  );
}

/** Waits until Kubernetes has looked at the last change of the candidate; throws where it is not what was deployed. */
async function asDeployed(cluster: Cluster, input: SwitchInput, attempt: Attempt, timeoutMs: number): Promise<void> {
  const { namespace, app } = input.spec;
  const reference = { namespace, app, slot: input.candidateSlot };
  if (isAsDeployed(input, await readDeployment(cluster, reference))) return;
  const waited = await waitUntil(cluster, {
    sources: { deployments: deploymentSource(reference) },
    look: ({ deployments: [deployment] }) => (isAsDeployed(input, deployment ?? null) ? true : null),
    timeoutMs,
    signal: attempt.signal,
  });
  if (waited.reached) return;
  const trouble = waited.trouble === null ? '' : ` (${waited.trouble})`;
  throw new DeploymentError(
    'SlotNotReady',
    `somebody has changed the Deployment "${slotName(app, input.candidateSlot)}", and Kubernetes has not taken the change in within timeouts.cutover (${input.spec.timeouts.cutover})${trouble}. Nothing was switched: see whether the cluster's controllers run, then deploy again`,
  );
}

/** Switches production to the candidate, all traffic at once, and verifies that it went there. */
import { toMilliseconds } from '../domain/duration.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotLabels, slotName } from '../domain/slot.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeSelector, otherLabels } from '../kubernetes/production.ts';
import { waitForReadyPods } from '../kubernetes/ready-pods.ts';
import { countReadySelected } from '../kubernetes/selection.ts';
import { makeSwitch, type Switch } from '../kubernetes/switch.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { SwitchInput } from './contract.ts';
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
async function candidateReady(cluster: Cluster, { spec, candidateSlot }: SwitchInput, attempt: Attempt): Promise<void> {
  const { namespace, app, service, cutover, replicas = 1, timeouts } = spec;
  const timeoutMs = attempt.remaining(toMilliseconds(timeouts.cutover));
  if (timeoutMs === 0) {
    throw new DeploymentError(
      'DeadlineExceeded',
      `timeouts.cutover (${timeouts.cutover}) was over before the Service "${service}" could be switched, so it was not: see what kept the worker from the API server, then deploy again, or give timeouts.cutover more`,
    );
  }
  report(attempt, 'cutover', { summary: `switching ${spec.service} to ${slotName(app, candidateSlot)}` });
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

/**
 * Removes a slot, or scales it to zero.
 *
 * 1. Never the slot that production selects: the selector is read right before, whatever the workflow believes
 *    (invariant 2). And the fallback only while production selects the candidate, and that has pods to serve it.
 * 2. Never what another deployment has made or taken over.
 * 3. Gone already is as good as removed (invariant 7).
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { deadlines, describeOverdue } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { deploymentAnnotation } from '../kubernetes/candidate.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import { selectorChanged } from '../kubernetes/hand-edit.ts';
import {
  describeSelector,
  findProduction,
  namesSlot,
  ownerOf,
  type ProductionService,
} from '../kubernetes/production.ts';
import { waitForReadyPods } from '../kubernetes/ready-pods.ts';
import { deleteDeployment, deleteJobs, waitUntilGone } from '../kubernetes/remove.ts';
import { scaleDeployment, tornDownAnnotation } from '../kubernetes/scale.ts';
import { readDeployment, readPods, type SlotReference } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { TeardownInput } from './contract.ts';

type Removal =
  | { readonly done: 'removed' | 'scaled' | 'absent' }
  /** Made by another deployment: left alone. */
  | { readonly done: 'foreign'; readonly by: string };

export function createTeardown({ cluster }: { readonly cluster: Cluster }): Step<'teardown'> {
  return async (input, attempt) => {
    const { spec, slot } = input;
    const reference = { namespace: spec.namespace, app: spec.app, slot };
    const name = slotName(spec.app, slot);
    const removal = await remove(cluster, reference, input, attempt);
    if (removal.done === 'foreign') return { detail: `${name} was left as it is: ${removal.by} has made it` };
    const jobs = await removeJobs(cluster, input);
    await expectGone(cluster, reference, input, attempt);
    const unremoved = jobs === null ? '' : `; its Jobs could not be deleted: ${jobs}`;
    return { detail: `${describe(name, removal.done)}${unremoved}` };
  };
}

/** The Jobs of the smoke checks; says why they could not be deleted, or null. */
async function removeJobs(cluster: Cluster, { spec, runId }: TeardownInput): Promise<string | null> {
  if (!spec.smoke.checks.some((check) => 'job' in check)) return null;
  return deleteJobs(cluster, spec.namespace, { [deploymentAnnotation]: runId }).catch(describeApiError);
}

/** Deletes or scales exactly the Deployment that was looked at, right after a look at what production selects. */
async function remove(
  cluster: Cluster,
  reference: SlotReference,
  input: TeardownInput,
  attempt: Attempt,
): Promise<Removal> {
  for (;;) {
    attempt.signal.throwIfAborted();
    // First what may take a while; the selector is read after it.
    if (input.slot === input.stableSlot) await candidateServes(cluster, input, attempt);
    const deployment = await readDeployment(cluster, reference);
    if (deployment === null) return { done: 'absent' };
    const by = deployment.metadata?.annotations?.[deploymentAnnotation];
    if (input.slot === input.candidateSlot) {
      if (by !== input.runId) return { done: 'foreign', by: by ?? 'somebody' };
      await assertNotTheLast(cluster, reference, input);
    }
    await assertRemovable(cluster, input);
    const done = await removeOnce(cluster, reference, deployment, input);
    if (done !== null) return { done };
  }
}

/** null when the Deployment has changed since it was read. */
async function removeOnce(
  cluster: Cluster,
  reference: SlotReference,
  deployment: Json<V1Deployment>,
  input: TeardownInput,
): Promise<'removed' | 'scaled' | 'absent' | null> {
  switch (input.how) {
    case 'scale-to-zero':
      if (deployment.spec?.replicas === 0) return 'scaled';
      return (await scaleDeployment(cluster, reference, deployment, 0, { [tornDownAnnotation]: input.runId }))
        ? 'scaled'
        : null;
    case 'delete': {
      const result = await deleteDeployment(cluster, reference, deployment);
      if (result === 'changed') return null;
      return result === 'gone' ? 'absent' : 'removed';
    }
  }
}

async function assertRemovable(cluster: Cluster, input: TeardownInput): Promise<void> {
  const { spec, slot, runId } = input;
  const live = await findProduction(cluster, spec);
  const name = slotName(spec.app, slot);
  if (live?.slot === slot) {
    throw selectorChanged(
      live,
      spec.app,
      `${name} was not torn down: the Service "${spec.service}" selects it (${describeSelector(live.selector)}). Somebody has switched production to it: switch it to the other slot, or deploy again`,
    );
  }
  if (slot === input.stableSlot) assertReplaced(live, input);
  if (live !== null && live.owner !== null && live.owner !== ownerOf(spec, runId)) {
    throw new DeploymentError(
      'FenceLost',
      `${name} was not torn down: ${live.owner} holds the Service "${spec.service}" now and may need the slot`,
    );
  }
}

/** The fallback goes only while production is where the deployment has brought it. */
function assertReplaced(live: ProductionService | null, { spec, slot, candidateSlot }: TeardownInput): void {
  if (live !== null && namesSlot(live.selector, spec.app, candidateSlot)) return;
  const name = slotName(spec.app, slot);
  const candidate = slotName(spec.app, candidateSlot);
  if (live === null) {
    throw new DeploymentError(
      'ObjectMissing',
      `${name} was not torn down: the Service "${spec.service}" does not exist any more. Create it again with the selector version: ${candidateSlot}, then deploy again`,
    );
  }
  throw selectorChanged(
    live,
    spec.app,
    `${name} was not torn down: the Service "${spec.service}" selects ${describeSelector(live.selector)} and not ${candidate}. Somebody has changed it: switch it to one of the slots, then deploy again`,
  );
}

/** What somebody did to stable may have left a candidate that is rolled back as the only one that could serve. */
async function assertNotTheLast(
  cluster: Cluster,
  reference: SlotReference,
  { spec, stableSlot }: TeardownInput,
): Promise<void> {
  if (stableSlot === null) return;
  const { namespace, app, service } = spec;
  const stable = await readPods(cluster, { namespace, app, slot: stableSlot });
  if (stable.some(({ ready }) => ready)) return;
  const own = await readPods(cluster, reference);
  if (!own.some(({ ready }) => ready)) return;
  const name = slotName(app, reference.slot);
  throw new DeploymentError(
    'SlotNotReady',
    `${name} was kept, since ${slotName(app, stableSlot)} has no ready pod and ${name} has. To serve users with it: kubectl -n ${namespace} patch service ${service} -p '{"spec":{"selector":{"version":"${reference.slot}"}}}'`,
  );
}

/** The fallback is what is left when the candidate is not there any more, whoever has removed it. */
async function candidateServes(cluster: Cluster, input: TeardownInput, attempt: Attempt): Promise<void> {
  const { spec, slot, candidateSlot } = input;
  const candidate = { namespace: spec.namespace, app: spec.app, slot: candidateSlot };
  await waitForReadyPods(cluster, candidate, {
    minimum: spec.rollback.minimumReady,
    timeoutMs: attempt.remaining(deadlines.teardown(spec).ms),
    signal: attempt.signal,
    onProgress: (summary) => {
      report(attempt, 'teardown', {
        summary: `${slotName(spec.app, slot)} stays until the candidate serves: ${summary}`,
      });
    },
    overdue: (why) =>
      describeOverdue(deadlines.teardown(spec), {
        undone: `${slotName(spec.app, slot)} was not removed, since it is the fallback`,
        why,
        next: `See why the live pods are not ready, then remove the Deployment ${slotName(spec.app, slot)} by hand`,
      }),
  });
}

async function expectGone(
  cluster: Cluster,
  reference: SlotReference,
  { spec, how }: TeardownInput,
  attempt: Attempt,
): Promise<void> {
  const name = slotName(reference.app, reference.slot);
  const left = await waitUntilGone(cluster, reference, {
    deploymentStays: how === 'scale-to-zero',
    timeoutMs: attempt.remaining(deadlines.teardown(spec).ms),
    signal: attempt.signal,
    onProgress: (summary) => {
      report(attempt, 'teardown', { summary: `removing ${name}: ${summary}` });
    },
  });
  if (left === null) return;
  throw new DeploymentError(
    'DeadlineExceeded',
    describeOverdue(deadlines.teardown(spec), {
      undone: `${name} is not gone, though its removal was asked for`,
      why: left,
      next: `Look at what holds its pods: kubectl -n ${spec.namespace} get pods -l app=${spec.app},version=${reference.slot}`,
    }),
  );
}

function describe(name: string, done: 'removed' | 'scaled' | 'absent'): string {
  switch (done) {
    case 'removed':
      return `${name} was deleted and its pods are gone`;
    case 'scaled':
      return `${name} was scaled to zero and its pods are gone`;
    case 'absent':
      return `${name} was gone already`;
  }
}

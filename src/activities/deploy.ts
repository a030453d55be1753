/**
 * Claims the production Service, then deploys the candidate beside stable and waits until all its pods are ready.
 *
 * 1. Nothing is changed before the fence is taken, nor after it was given up.
 * 2. The slot that production selects is never touched (invariant 2).
 * 3. Pods of an earlier version never count: what is left in the slot is gone before the candidate is made.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { deadlines, describeOverdue } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { apply } from '../kubernetes/apply.ts';
import { buildCandidate, deploymentAnnotation, type DeploymentManifest } from '../kubernetes/candidate.ts';
import { assertClaimed, claim, type Claim } from '../kubernetes/claim.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { apiErrorKind, describeApiError } from '../kubernetes/errors.ts';
import { selectorChanged } from '../kubernetes/hand-edit.ts';
import { CrashLogs } from '../kubernetes/crash-logs.ts';
import { applyPreviews } from '../kubernetes/preview.ts';
import { describeSelector } from '../kubernetes/production.ts';
import { deleteDeployment, waitUntilGone } from '../kubernetes/remove.ts';
import { freshMs } from '../kubernetes/repeat.ts';
import { waitForRollout } from '../kubernetes/rollout.ts';
import { deploymentPath, readDeployment, readSlot, type SlotReference } from '../kubernetes/slot.ts';
import { whoIsSilent } from './answering.ts';
import { pause, report, type Attempt, type Step } from './attempt.ts';
import type { Target } from './contract.ts';

/** Listening is a matter of a moment after the start of a process. */
const betweenQuestionsMs = 200;

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

export function createDeploy(dependencies: Dependencies): Step<'deploy'> {
  const { cluster } = dependencies;
  return async (target, attempt) => {
    const { spec, stableSlot } = target;
    const { namespace, app } = spec;
    const claimed = claimOf(target);
    const slot = { namespace, app, slot: target.candidateSlot };
    const fence = await claim(cluster, claimed);
    await applyPreviews(cluster, spec, await assertClaimed(cluster, claimed));
    await clearSlot(cluster, target, slot, attempt);
    const manifest = await candidateOf(cluster, target);
    await assertChangeable(cluster, target);
    await applyCandidate(cluster, slot, manifest);
    const candidate = await waitUntilServing(dependencies, target, slot, attempt);
    const stable = stableSlot === null ? null : await readSlot(cluster, { namespace, app, slot: stableSlot });
    return { candidate, stable: stable?.state ?? null, fence };
  };
}

function claimOf({ spec, runId, stableSlot }: Target): Claim {
  const { namespace, service, app } = spec;
  return { namespace, service, app, runId, stableSlot };
}

/** Waits until all pods are ready and, where they have no probe that says so, until they answer. */
async function waitUntilServing(
  { cluster, access }: Dependencies,
  target: Target,
  slot: SlotReference,
  attempt: Attempt,
): Promise<SlotState> {
  const logs = new CrashLogs(cluster, slot.namespace);
  for (;;) {
    const candidate = await waitForRollout(cluster, slot, {
      logs,
      runId: target.runId,
      timeoutMs: timeLeft(target, attempt),
      signal: attempt.signal,
      onProgress: onChange((summary: string, state: SlotState) => {
        report(attempt, 'deploy', { summary, candidate: state });
      }),
      overdue: (why) =>
        describeOverdue(deadlines.deploy(target.spec), {
          undone: `${slotName(slot.app, slot.slot)} is not ready`,
          why,
          next: 'Correct what keeps its pods from getting ready, then deploy again',
        }),
    });
    const silence = await whoIsSilent({ cluster, access }, target.spec, slot, attempt.signal);
    if (silence === null) return candidate;
    report(attempt, 'deploy', { summary: silence, candidate });
    if (timeLeft(target, attempt) <= 0) {
      await logs.settled();
      const undone = `${candidate.deployment} does not answer`;
      const next = 'Give its pods a readiness probe that says when they do, then deploy again';
      const words = describeOverdue(deadlines.deploy(target.spec), { undone, why: silence, next });
      throw new DeploymentError('CandidateNotReady', [words, ...logs.full].join('\n'));
    }
    await pause(attempt, betweenQuestionsMs);
  }
}

/** Removes what an earlier deployment left in the candidate's slot, unless it is this deployment's own. */
async function clearSlot(cluster: Cluster, target: Target, slot: SlotReference, attempt: Attempt): Promise<void> {
  const name = slotName(slot.app, slot.slot);
  for (;;) {
    attempt.signal.throwIfAborted();
    const found = await readDeployment(cluster, slot);
    const own = found?.metadata?.annotations?.[deploymentAnnotation] === target.runId;
    if (own && found?.metadata?.deletionTimestamp === undefined) return;
    await assertChangeable(cluster, target);
    if (found === null || found.metadata?.deletionTimestamp !== undefined) break;
    report(attempt, 'deploy', { summary: `removing ${name}, which an earlier deployment left` });
    if ((await deleteDeployment(cluster, slot, found)) !== 'changed') break;
  }
  const left = await waitUntilGone(cluster, slot, {
    deploymentStays: false,
    timeoutMs: timeLeft(target, attempt),
    signal: attempt.signal,
    onProgress: (summary) => {
      report(attempt, 'deploy', { summary: `removing what was left of ${name}: ${summary}` });
    },
  });
  if (left === null) return;
  throw new DeploymentError(
    'CandidateNotReady',
    describeOverdue(deadlines.deploy(target.spec), {
      undone: `the slot ${name} is not cleared for the candidate`,
      why: left,
      next: 'Remove what is left in it, then deploy again',
    }),
  );
}

/** Right before each change of the slot: it is this deployment's to change, and not live. */
async function assertChangeable(cluster: Cluster, target: Target): Promise<void> {
  const { spec, candidateSlot } = target;
  const live = await assertClaimed(cluster, claimOf(target));
  if (live.slot !== candidateSlot) return;
  throw selectorChanged(
    live,
    spec.app,
    `the Service "${spec.service}" now selects ${describeSelector(live.selector)}, the slot that was to be the candidate: somebody has switched it. Nothing in that slot was touched: deploy again`,
  );
}

async function candidateOf(
  cluster: Cluster,
  { spec, runId, stableSlot, candidateSlot }: Target,
): Promise<DeploymentManifest> {
  const { namespace, app } = spec;
  const stable = stableSlot === null ? null : await readDeployment(cluster, { namespace, app, slot: stableSlot });
  if (stable === null && stableSlot !== null && !('manifest' in spec.candidate)) {
    const name = slotName(app, stableSlot);
    throw new DeploymentError(
      'ObjectMissing',
      `the live Deployment "${name}" was deleted, so there is nothing to copy`,
    );
  }
  const built = buildCandidate({ spec, runId, slot: candidateSlot, stable });
  if (built.ok) return built.manifest;
  throw new DeploymentError('Refused', built.problems.join('\n'));
}

async function applyCandidate(cluster: Cluster, slot: SlotReference, manifest: DeploymentManifest): Promise<void> {
  try {
    await apply<Json<V1Deployment>>(cluster, deploymentPath(slot), manifest, { againWithinMs: freshMs });
  } catch (error) {
    if (apiErrorKind(error) !== 'invalid') throw error;
    throw new DeploymentError(
      'CandidateNotReady',
      `the API server refuses the Deployment "${manifest.metadata.name}": ${describeApiError(error)}. Correct the candidate in the spec, then deploy again`,
    );
  }
}

function timeLeft({ spec }: Target, attempt: Attempt): number {
  return attempt.remaining(deadlines.deploy(spec).ms);
}

/** Passes on what differs from the call before, since a change of the cluster is often none of what is shown. */
function onChange<T>(tell: (summary: string, state: T) => void): (summary: string, state: T) => void {
  let last = '';
  return (summary, state) => {
    if (summary === last) return;
    last = summary;
    tell(summary, state);
  };
}

/**
 * What follows when a deployment does not go through: traffic back first, then the candidate is removed.
 *
 * 1. Nothing is asked of the candidate before traffic is back.
 * 2. The candidate is removed only once production is known not to select it; after a switch back that could not be
 *    verified it stays, for the operator to decide.
 */
import type { RollbackResult, Target } from '../activities/contract.ts';
import type { Failure } from '../domain/failure.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import { slotName } from '../domain/slot.ts';
import type { DeploymentState, Outcome, StepName, SwitchRecord } from '../domain/state.ts';
import type { Deployment } from './deployment.ts';
import { failureOf, handEditOf } from './failure-of.ts';
import { stepActivities, switchActivities } from './step-activities.ts';
import { drainedWords } from './steps/teardown.ts';
import { handEditRecord, switchRecord } from './switch-record.ts';

/** Undoes as much as the walk had done, and concludes the deployment. */
export async function rollBack(deployment: Deployment, error: unknown): Promise<void> {
  const { record, interruption, state } = deployment;
  const cause =
    interruption === null ? failureOf(error, deployment.target?.spec ?? null) : interruptionFailure(interruption);
  record.failed(cause);
  const stopped = state.phase;
  recordHandEdit(deployment, handEditOf(error), stopped);
  record.end(stopped, interruption === null ? 'failed' : 'interrupted', cause.message);
  if (deployment.target === null || deployment.reached === 'nothing') {
    record.conclude(interruption === null ? refusedOrFailed(cause) : 'rolled-back');
    deployment.publish();
    return;
  }
  if (stopped === 'teardown') {
    record.notice(
      'the old slot was not removed: see which slot the Service selects before you remove the other by hand',
    );
    record.conclude('failed');
    deployment.publish();
    return;
  }
  record.begin('rollback');
  deployment.publish();
  try {
    const way = await switchBack(deployment, deployment.target, cause);
    if (deployment.inPlaceOf !== null) record.notice('the candidate was kept: the next deployment takes its slot');
    else if (way === 'unverified') record.notice('the candidate was kept: the switch back could not be verified');
    else await removeCandidate(deployment, deployment.target, way);
    record.conclude(outcomeOf(deployment, cause));
  } catch (rollbackError) {
    const failure = failureOf(rollbackError, deployment.target.spec);
    recordHandEdit(deployment, handEditOf(rollbackError), 'rollback');
    record.end('rollback', 'failed', failure.message);
    if (deployment.reached === 'switch' && !isCutOver(state)) record.notice(unknownCutover(state));
    record.notice(`the rollback failed: ${failure.message}`);
    record.conclude('rollback-failed');
  }
  deployment.publish();
}

/** Puts a change of the selector on record that somebody made by hand and a step has come upon. */
function recordHandEdit(
  { record, state, inPlaceOf }: Deployment,
  edit: HandEdit | null | undefined,
  step: StepName,
): void {
  // What an ended deployment has left is that one's to record.
  const found = edit == null || inPlaceOf !== null ? null : handEditRecord(state, edit, step);
  if (found !== null) record.switched(found);
}

/** Whether the candidate had traffic that was switched away from it, as far as that is known. */
type WayBack = 'never-switched' | 'switched' | 'unverified';

/** Switches production back, or fences late attempts off. */
async function switchBack(deployment: Deployment, target: Target, cause: Failure): Promise<WayBack> {
  const { record, state, interruption } = deployment;
  const by = interruption?.by ?? 'automatic';
  const reason = interruption?.reason ?? cause.message;
  const requestedAt = new Date().toISOString();
  const result: RollbackResult = await switchActivities(target.spec.timeouts.rollback).rollback({
    ...target,
    by,
    reason: reason.slice(0, 1_000),
    requestedAt,
    fence: state.traffic?.fence ?? null,
    mayHaveSwitched: deployment.reached === 'switch',
    ...(deployment.inPlaceOf === null ? {} : { inPlaceOf: deployment.inPlaceOf }),
  });
  for (const note of result.notes ?? []) record.notice(note);
  const isUnreported = deployment.inPlaceOf === null && !isCutOver(state);
  const cutover = isUnreported ? unreportedCutover(state, target, result) : null;
  if (cutover !== null) record.switched(cutover);
  recordHandEdit(deployment, result.found, 'rollback');
  if (result.switched === null) {
    if (result.fence !== null) record.traffic(target.stableSlot, result.fence);
    record.end('rollback', 'done', unswitched(target, isCutOver(state)));
    return 'never-switched';
  }
  record.seen(result.switched);
  if (cutover !== null)
    record.notice('the cutover had reached the Service when it was interrupted; the rollback found it there');
  record.switched(switchRecord(state, 'rollback', { by, reason, requestedAt }, result.switched));
  record.end('rollback', 'done', result.switched.verification);
  return result.switched.verifiedAt === null ? 'unverified' : 'switched';
}

/** Where production is that had not to be switched back. */
function unswitched({ stableSlot }: Target, wasCutOver: boolean): string {
  if (wasCutOver) {
    const where = stableSlot === null ? 'selected no slot' : 'was on stable';
    return `production ${where} already: somebody else switched it back`;
  }
  return stableSlot === null ? 'no slot is live, as before the deployment' : 'production never left stable';
}

/** Whether a cutover is on record. One that was interrupted is not, and may have been made all the same. */
function isCutOver({ switches }: DeploymentState): boolean {
  return switches.some(({ kind }) => kind === 'cutover');
}

/** The record of a cutover whose worker could not report it, as far as the rollback has found it on the Service. */
function unreportedCutover(state: DeploymentState, target: Target, { undoes }: RollbackResult): SwitchRecord | null {
  if (undoes === undefined || undoes === null) return null;
  const requestedAt = state.steps.find(({ name }) => name === 'cutover')?.startedAt ?? undoes.at;
  const cause = { by: state.requestedBy, reason: state.reason, requestedAt };
  return switchRecord(state, 'cutover', cause, {
    from: target.stableSlot,
    to: target.candidateSlot,
    fence: undoes.fence,
    patchedAt: undoes.at,
    verifiedAt: null,
    requestToPatchMs: Math.max(0, Date.parse(undoes.at) - Date.parse(requestedAt)),
    patchToVerifiedMs: null,
    verification: 'it was interrupted before it could be verified; the rollback found it on the Service',
  });
}

function unknownCutover({ service }: DeploymentState): string {
  return `the cutover may have reached the Service "${service}" before it was interrupted: see which slot it selects`;
}

async function removeCandidate(deployment: Deployment, target: Target, way: WayBack): Promise<void> {
  const { record } = deployment;
  const slot = target.candidateSlot;
  try {
    if (way === 'switched') {
      const drained = await drainedWords(target, slot);
      record.followed('rollback', `then ${slotName(target.spec.app, slot)} was drained: ${drained}`);
    }
    const { detail } = await stepActivities(target.spec.timeouts.teardown).teardown({ ...target, slot, how: 'delete' });
    record.notice(detail);
  } catch (error) {
    record.notice(`the candidate could not be removed: ${failureOf(error, target.spec).message}`);
  }
}

function refusedOrFailed({ name }: Failure): 'refused' | 'failed' {
  return name === 'Refused' || name === 'SpecInvalid' || name === 'Forbidden' ? 'refused' : 'failed';
}

function interruptionFailure({ kind, by, reason }: NonNullable<Deployment['interruption']>): Failure {
  switch (kind) {
    case 'rollback':
      return { name: 'RolledBack', message: `${by} asked for a rollback: ${reason}` };
    case 'reject':
      return { name: 'Rejected', message: `${by} refused approval: ${reason}` };
    case 'cancel':
      return { name: 'Cancelled', message: `${by}: ${reason}` };
  }
}

function outcomeOf({ interruption }: Deployment, cause: Failure): Exclude<Outcome, 'running'> {
  if (interruption?.kind === 'reject') return 'rejected';
  if (cause.name === 'ApprovalTimedOut') return 'approval-timed-out';
  return 'rolled-back';
}

/** What came of a rollback that was asked for. */
import { formatDuration } from '../../domain/duration.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { describeSwitch } from './history.ts';

/** Whether production is where it was before the deployment: one that was ended meanwhile, or could not begin, has not gone back. */
export function hasGoneBack({ outcome, steps }: DeploymentState): boolean {
  return outcome === 'rolled-back' || steps.some(({ name, status }) => name === 'rollback' && status === 'done');
}

export function wordRolledBack(state: DeploymentState, tookMs: number): string {
  return `rolled back ${state.id}: ${whereItIs(state)}; done ${formatDuration(tookMs)} after it was asked for`;
}

function whereItIs({ switches, spec, stable }: DeploymentState): string {
  const back = switches.findLast(({ kind }) => kind === 'rollback');
  if (back !== undefined) return describeSwitch(back);
  if (spec === null) return 'nothing was changed';
  return stable === null ? 'no slot is live, as before the deployment' : `production never left ${stable.deployment}`;
}

export function wordRollbackFailed(state: DeploymentState): string {
  return `THE ROLLBACK OF ${state.id} FAILED, an operator is needed: ${whyFailed(state)}`;
}

function whyFailed({ steps, outcome, failure, service }: DeploymentState): string {
  const failed = steps.find(({ name, status }) => name === 'rollback' && status === 'failed');
  if (failed?.detail != null) return failed.detail;
  if (outcome === 'terminated')
    return `its workflow was terminated before production was known to be back: see which slot the Service ${service} selects`;
  return failure?.message ?? 'no reason was recorded';
}

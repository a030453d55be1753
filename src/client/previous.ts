/** What went before a deployment that was refused: it has changed nothing, so the one before tells what is live. */
import type { DeploymentState } from '../domain/state.ts';
import { DeploymentNotFound, DeploymentWithoutRecord, NoWorker, TemporalCallFailed } from './errors.ts';
import { runsOf } from './list.ts';
import { readStatus } from './status.ts';
import type { Temporal } from './temporal.ts';

/** So many refused ones in a row are looked past. */
const mostLookedAt = 50;

/** The last deployment of the same app before this one that was not refused; null where none is known any more. */
export async function previousOf(
  temporal: Temporal,
  { id, runId, startedAt }: Pick<DeploymentState, 'id' | 'runId' | 'startedAt'>,
): Promise<DeploymentState | null> {
  try {
    const runs = await runsOf(temporal, id, mostLookedAt);
    const before = runs.find((run) => run.runId !== runId && run.outcome !== 'refused' && run.startedAt < startedAt);
    return before === undefined ? null : (await readStatus(temporal, id, before.runId)).state;
  } catch (error) {
    if (isUnknown(error)) return null;
    throw error;
  }
}

/** The deployment as which the cluster stands: one that was refused has changed nothing, so it is the one before. */
export async function standingOf(temporal: Temporal, last: DeploymentState): Promise<DeploymentState> {
  return last.outcome === 'refused' ? ((await previousOf(temporal, last)) ?? last) : last;
}

/** It is told beside what was asked for, which stands without it. */
function isUnknown(error: unknown): boolean {
  return [DeploymentNotFound, DeploymentWithoutRecord, NoWorker, TemporalCallFailed].some(
    (kind) => error instanceof kind,
  );
}

/** What went before a deployment that has changed nothing: the one before tells what is live. */
import { PayloadUnreadable } from '../codec/payload-codec.ts';
import { hasChangedNothing } from '../domain/ended-deployment.ts';
import type { DeploymentState } from '../domain/state.ts';
import { DeploymentNotFound, DeploymentWithoutRecord, NoWorker, TemporalCallFailed } from './errors.ts';
import { runsOf } from './list.ts';
import { readStatus } from './status.ts';
import type { Temporal } from './temporal.ts';

type Changeless = Pick<DeploymentState, 'id' | 'runId' | 'startedAt'>;

/**
 * The last deployment of the same app before this one that has changed something, to be told beside what was asked for, which stands
 * without it: null where none is known, or it cannot be asked for now, or not be decrypted.
 */
export async function previousOf(temporal: Temporal, last: Changeless): Promise<DeploymentState | null> {
  try {
    return await runBefore(temporal, last);
  } catch (error) {
    const isUnknown =
      error instanceof NoWorker || error instanceof TemporalCallFailed || error instanceof PayloadUnreadable;
    if (isUnknown) return null;
    throw error;
  }
}

/**
 * The deployment as which the cluster stands: where the last one has changed nothing, the one before. Rejects where that cannot be asked
 * for now: a fallback that nobody knows of would be given up.
 */
export async function standingOf(temporal: Temporal, last: DeploymentState): Promise<DeploymentState> {
  return hasChangedNothing(last) ? ((await runBefore(temporal, last)) ?? last) : last;
}

async function runBefore(temporal: Temporal, { id, runId, startedAt }: Changeless): Promise<DeploymentState | null> {
  const runs = await runsOf(temporal, id);
  const before = runs.find((run) => run.runId !== runId && !hasChangedNothing(run) && run.startedAt < startedAt);
  if (before === undefined) return null;
  try {
    return (await readStatus(temporal, id, before.runId)).state;
  } catch (error) {
    // Temporal keeps it no longer.
    if (error instanceof DeploymentNotFound || error instanceof DeploymentWithoutRecord) return null;
    throw error;
  }
}

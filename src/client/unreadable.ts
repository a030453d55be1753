/**
 * What past deployments have left whose records cannot be decrypted: by what Temporal keeps unencrypted, which is how each workflow
 * ended, and which activities it ran.
 */
import type { PayloadUnreadable } from '../codec/payload-codec.ts';
import { RecordUnreadable } from './errors.ts';
import { runsOf, tolerantClient } from './list.ts';
import type { Temporal } from './temporal.ts';

/** The first activity after preflight is among so many events. */
const eventsRead = 1_000;

/** Throws RecordUnreadable where a fallback may be there: one that has come to its own end has left none. */
export async function demandNoFallback(temporal: Temporal, id: string, why: PayloadUnreadable): Promise<void> {
  const { workflow } = tolerantClient(temporal);
  const last = await temporal.call(() => workflow.getHandle(id).describe());
  // The list lags behind.
  const before = (await runsOf(temporal, id)).filter(({ runId }) => runId !== last.runId);
  for (const runId of [last.runId, ...before.map((run) => run.runId)]) {
    const { status } =
      runId === last.runId ? last : await temporal.call(() => workflow.getHandle(id, runId).describe());
    // One that runs is in the way, whatever went before it.
    if (status.name === 'RUNNING') return;
    if (await hasOnlyLooked(temporal, { workflowId: id, runId })) continue;
    if (status.name === 'COMPLETED') return;
    throw new RecordUnreadable(
      `whether ${id} has a fallback cannot be told: its deployment ${runId} is over without having finished ` +
        `(${status.name.toLowerCase()}), and ${why.message}. Nothing was started: give the key, or deploy with --replace, ` +
        'which gives up a fallback that may be there',
      { cause: why },
    );
  }
}

/** Whether it came no further than preflight, which changes nothing. */
async function hasOnlyLooked(
  temporal: Temporal,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<boolean> {
  const { namespace } = temporal.settings;
  const { history } = await temporal.call(() =>
    temporal.connection.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: eventsRead,
    }),
  );
  const activities = (history?.events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
  );
  return activities.every((name) => name === 'preflight');
}

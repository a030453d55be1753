/**
 * The watch that goes with the retention: one heart-beating activity, begun anew after each thing that it reports.
 *
 * 1. It ends the retention only where it says that production was moved by hand or is served by nobody. Whatever else ends
 *    the watch is a notice: the fallback is kept, watched or not.
 * 2. What it reports is bounded, so that somebody who edits all day makes no long history.
 */
import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import type { FailureName } from '../domain/failure.ts';
import type { Deployment } from './deployment.ts';
import { failureOf } from './failure-of.ts';
import { retentionActivities } from './step-activities.ts';

/** What the watch has to say by itself is less: src/kubernetes/fallback.ts. */
const mostReports = 10;

const ending: ReadonlySet<string> = new Set<FailureName>(['SelectorChanged', 'ObjectMissing', 'RetentionFailed']);

/** Runs `keep` while the fallback is watched; `isTroubled` tells it when to stop. Throws what has ended the retention. */
export async function whileWatched(
  deployment: Deployment,
  milliseconds: number | null,
  keep: (isTroubled: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  if (milliseconds === 0 || !patched('retention-is-watched')) return keep(() => false);
  const trouble: unknown[] = [];
  const scope = new CancellationScope();
  const watching = scope
    .run(() => watch(deployment, milliseconds))
    .catch((error: unknown) => {
      if (!isCancellation(error)) trouble.push(error);
    });
  const held = await keep(() => trouble.length > 0);
  scope.cancel();
  await watching;
  if (deployment.ending === null && trouble.length > 0) throw trouble[0];
  return held;
}

async function watch({ planned, state, record }: Deployment, milliseconds: number | null): Promise<void> {
  const { desiredPods: pods = 1, revision = null } = state.stable ?? {};
  const activities = retentionActivities(milliseconds);
  const told: string[] = [];
  try {
    while (told.length < mostReports) {
      const result = await activities.retention({ ...planned, fallback: { pods, revision }, told });
      if (result.notice !== null) record.notice(result.notice);
      if (result.over) return;
      told.push(result.topic);
    }
    record.notice('the fallback is watched no more: too much was changed by hand');
  } catch (error) {
    if (isCancellation(error) || ending.has(failureOf(error, planned.spec).name)) throw error;
    record.notice(`the fallback is watched no more: ${failureOf(error, planned.spec).message}`);
  }
}

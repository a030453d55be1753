import { toMilliseconds } from '../../domain/duration.ts';
import type { Deployment } from '../deployment.ts';
import { dueIn } from '../step-activities.ts';
import { whileWatched } from '../watch-retention.ts';

/**
 * Keeps stable at full size as the fallback. Ends by its timer, by `finish`, or because the next deployment needs the
 * slot; after a failed monitor that was not rolled back, only an operator ends it. Throws where production was moved by
 * hand, or is served by nobody while the fallback could: then the deployment is rolled back.
 */
export async function retention(deployment: Deployment): Promise<'ended' | 'superseded'> {
  const { planned, record, state } = deployment;
  if (planned.stableSlot === null) {
    deployment.begin('retention');
    record.end('retention', 'skipped', 'the first deployment of an app has no fallback');
    return 'ended';
  }
  const held = state.evidence.monitor?.verdict === 'fail';
  const { retention: kept } = planned.spec;
  deployment.begin(
    'retention',
    held
      ? {
          waitingFor: `an operator, because the monitor failed: cutover rollback ${state.id}, or cutover finish ${state.id}`,
        }
      : { next: dueIn(`${state.stable?.deployment ?? 'stable'} is drained and torn down`, kept) },
  );
  const milliseconds = held ? null : toMilliseconds(kept);
  const ended = await whileWatched(deployment, milliseconds, (isTroubled) =>
    deployment.until(() => deployment.ending !== null || isTroubled(), milliseconds, `stable is kept for ${kept}`),
  );
  const { ending } = deployment;
  if (ended && ending?.supersededBy != null) {
    record.end('retention', 'done', `superseded by ${ending.supersededBy}, which takes over the slot`);
    record.conclude('superseded');
    deployment.publish();
    return 'superseded';
  }
  record.end(
    'retention',
    'done',
    ended ? `ended early by ${ending?.by ?? ''}: ${ending?.reason ?? ''}` : `kept for ${kept}`,
  );
  return 'ended';
}

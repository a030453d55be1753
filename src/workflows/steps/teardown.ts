import { CancellationScope } from '@temporalio/workflow';
import { formatDuration } from '../../domain/duration.ts';
import type { DrainResult } from '../../activities/contract.ts';
import type { Deployment } from '../deployment.ts';
import { stepActivities } from '../step-activities.ts';

const firstDeployment = 'the first deployment of an app replaces nothing';

/** Waits, within limits, until stable's last connections are done. */
export async function drain(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  deployment.begin('drain');
  if (planned.stableSlot === null) {
    record.end('drain', 'skipped', firstDeployment);
    return;
  }
  const result = await stepActivities(planned.spec.drain).drain({ ...planned, slot: planned.stableSlot });
  record.end('drain', 'done', describeDrain(result));
}

/** Removes stable: the point of no return, so a cancellation no longer interrupts it. */
export async function teardown(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  const { stableSlot: slot, spec } = planned;
  deployment.begin('teardown');
  if (slot === null) {
    record.end('teardown', 'skipped', firstDeployment);
  } else {
    const activities = stepActivities(spec.timeouts.teardown);
    const { detail } = await CancellationScope.nonCancellable(() =>
      activities.teardown({ ...planned, slot, how: spec.teardown }),
    );
    record.end('teardown', 'done', detail);
  }
  record.conclude('finished');
  deployment.publish();
}

/** One sentence on how the last connections of a slot ended. */
export function describeDrain({ tailRequests, quiet, waitedMs }: DrainResult): string {
  const tail = tailRequests === null ? 'its requests could not be counted' : `${tailRequests} late requests`;
  return `${quiet ? 'quiet' : 'not yet quiet'} after ${formatDuration(waitedMs)}; ${tail}`;
}

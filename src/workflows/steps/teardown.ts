import { ActivityFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import { deadlines, isOver } from '../../domain/deadline.ts';
import { whyInFull } from '../../domain/drain-wait.ts';
import { formatDuration } from '../../domain/duration.ts';
import { numberOf } from '../../domain/number-of.ts';
import type { Target } from '../../activities/contract.ts';
import type { Slot } from '../../domain/slot.ts';
import type { Deployment } from '../deployment.ts';
import { failureOf } from '../failure-of.ts';
import { whyOverdue } from '../overdue.ts';
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
  record.end('drain', 'done', await drainedWords(planned, planned.stableSlot));
}

/** One sentence on how it ended: also where nobody was there to watch, since its time is over then, and that is all it waits for. */
export async function drainedWords(target: Target, slot: Slot): Promise<string> {
  const over = isOver(deadlines.drain(target.spec));
  try {
    const result = await stepActivities(target.spec.drain).drain({ ...target, slot });
    const { tailRequests: tail, quiet, waitedMs } = result;
    const inFull = tail === null ? whyInFull(target.spec) : null;
    if (inFull !== null) return `all of drain (${target.spec.drain}) was waited for: ${inFull}`;
    const late = tail === null ? 'its requests could not be counted' : numberOf(tail, 'late request');
    return `${quiet ? `quiet after ${formatDuration(waitedMs)}` : `${over} and it is not quiet yet`}; ${late}`;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const why = error instanceof ActivityFailure ? whyOverdue(error) : null;
    return `its last connections were not watched: ${why === null ? failureOf(error, target.spec).message : `${over}, and ${why}`}`;
  }
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

/** The activities as the steps call them: how long each may take, how a dead worker is noticed, what is tried again. */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { Activities, PreflightInput, PreflightResult } from '../activities/contract.ts';
import { preflightDeadline } from '../domain/deadline.ts';
import { toMilliseconds, type Duration } from '../domain/duration.ts';
import { failureNames } from '../domain/failure.ts';
import type { WatchSpec } from '../domain/spec.ts';
import { overdueMessage } from './overdue.ts';

/** Attempts are bounded by time, not by number: what fails for a passing reason is tried until the step's deadline. */
const retry: RetryPolicy = {
  initialInterval: 500,
  backoffCoefficient: 2,
  maximumInterval: 5_000,
  nonRetryableErrorTypes: [...failureNames],
};

/**
 * An activity keeps its deadline itself, and says what was missing. Temporal ends it only where no worker has come to do
 * so: after a dead one was noticed (5 s, its heartbeat), the pause before the next attempt (at most 5 s), and what an
 * attempt may take that finds its time over (2 s, a rollback 5 s).
 */
const slack = 15_000;

/**
 * A watch goes on after its workers were away, since the pods count in the meantime; it only has to be allowed to come
 * back. A minute is a laptop that sleeps, or a node that is drained and its worker started on another one.
 */
const watchSlack = 60_000 + slack;

/** Validates the spec and reads the cluster; its time is read from a spec that nobody has validated yet. */
export async function runPreflight(input: PreflightInput): Promise<PreflightResult> {
  const deadline = preflightDeadline(input.spec);
  const summary = 'Validates the spec and reads the cluster; changes nothing';
  try {
    const options = { heartbeatTimeout: '5s', retry, summary } as const;
    return await activitiesWithin(deadline.ms + slack, options).preflight(input);
  } catch (error) {
    const overdue = error instanceof ActivityFailure ? overdueMessage(error, deadline) : null;
    throw overdue === null ? error : ApplicationFailure.nonRetryable(overdue, 'DeadlineExceeded');
  }
}

/** The activities of a step that has this long, measured from its first attempt. */
export function stepActivities(timeout: Duration): Activities {
  return activitiesWithin(toMilliseconds(timeout) + slack, { heartbeatTimeout: '5s', retry });
}

/** The activities that watch: one heart-beating activity a watch, which another worker resumes. */
export function watchActivities({ duration, extension }: Pick<WatchSpec, 'duration' | 'extension'>): Activities {
  const longest = toMilliseconds(duration) + toMilliseconds(extension);
  return activitiesWithin(longest + watchSlack, { heartbeatTimeout: '5s', retry });
}

/** What records the baseline anew: nobody waits for it, so a dead worker may be noticed late. */
export function baselineActivities(duration: Duration): Activities {
  return activitiesWithin(toMilliseconds(duration) + slack, {
    heartbeatTimeout: '30s',
    retry,
    summary: "Records what users ask of stable, for the monitor's comparison",
  });
}

/** The watch over the fallback lasts as long as the retention, which ends it: `null` without an end. */
export function retentionActivities(milliseconds: number | null): Activities {
  const times =
    milliseconds === null
      ? { startToCloseTimeout: '10 years' as const }
      : { startToCloseTimeout: milliseconds + slack, scheduleToCloseTimeout: milliseconds + slack };
  return proxyActivities<Activities>({
    ...times,
    // Each heartbeat is paid for on Temporal Cloud, and a pause of this watch harms nobody.
    heartbeatTimeout: '2m',
    retry: { ...retry, maximumInterval: '1m' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: 'Watches over the fallback, and over what production selects',
  });
}

/** The activities that move traffic: a dead worker is noticed within seconds, and tried again at once. */
export function switchActivities(timeout: Duration): Activities {
  const eager = { ...retry, initialInterval: 100, maximumInterval: 2_000 };
  return activitiesWithin(toMilliseconds(timeout) + slack, { heartbeatTimeout: '3s', retry: eager });
}

function activitiesWithin(
  milliseconds: number,
  options: Pick<ActivityOptions, 'heartbeatTimeout' | 'retry' | 'summary'>,
): Activities {
  return proxyActivities<Activities>({
    ...options,
    startToCloseTimeout: milliseconds,
    scheduleToCloseTimeout: milliseconds,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
}

/** What will happen by itself this long from now. */
export function dueIn(what: string, duration: Duration): { what: string; at: string } {
  return { what, at: new Date(Date.now() + toMilliseconds(duration)).toISOString() };
}

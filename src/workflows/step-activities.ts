/** The activities as the steps call them: how long each may take, how a dead worker is noticed, what is tried again. */
import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { Activities } from '../activities/contract.ts';
import { toMilliseconds, type Duration } from '../domain/duration.ts';
import { failureNames } from '../domain/failure.ts';
import type { WatchSpec } from '../domain/spec.ts';

/** Attempts are bounded by time, not by number: what fails for a passing reason is tried until the step's deadline. */
const retry: RetryPolicy = {
  initialInterval: 500,
  backoffCoefficient: 2,
  maximumInterval: 10_000,
  nonRetryableErrorTypes: [...failureNames],
};

/** Time for another worker to notice and take over when one dies in the middle of a step. */
const slack = 60_000;

/** Changes nothing, so it has no deadline of the spec's: it is what reads the spec. */
export const { preflight: runPreflight } = proxyActivities<Pick<Activities, 'preflight'>>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '5m',
  summary: 'Validates the spec and reads the cluster; changes nothing',
  retry,
});

/** The activities of a step that has this long, measured from its first attempt. */
export function stepActivities(timeout: Duration): Activities {
  return activitiesWithin(toMilliseconds(timeout), { heartbeatTimeout: '5s', retry });
}

/** The activities that watch: one heart-beating activity a watch, which another worker resumes. */
export function watchActivities({ duration, extension }: Pick<WatchSpec, 'duration' | 'extension'>): Activities {
  const longest = toMilliseconds(duration) + toMilliseconds(extension);
  return activitiesWithin(longest + 9 * slack, { heartbeatTimeout: '5s', retry });
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
  return activitiesWithin(toMilliseconds(timeout), { heartbeatTimeout: '3s', retry: eager });
}

function activitiesWithin(
  milliseconds: number,
  options: Pick<ActivityOptions, 'heartbeatTimeout' | 'retry'>,
): Activities {
  return proxyActivities<Activities>({
    ...options,
    startToCloseTimeout: milliseconds + slack,
    scheduleToCloseTimeout: milliseconds + slack,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
}

/** What will happen by itself this long from now. */
export function dueIn(what: string, duration: Duration): { what: string; at: string } {
  return { what, at: new Date(Date.now() + toMilliseconds(duration)).toISOString() };
}

/** What is said of an activity that Temporal has given up, in the words of the spec's setting that bounded it. */
import { TimeoutFailure } from '@temporalio/workflow';
import type { Activities } from '../activities/contract.ts';
import type { Spec, WatchSpec } from '../domain/spec.ts';

type Bounded = Exclude<keyof Activities, 'preflight'>;

/** The setting that bounds each activity, with its value. Preflight's time is fixed: it is what reads the spec. */
const settings: Readonly<Record<Bounded, (spec: Spec) => { setting: string; value: string }>> = {
  deploy: ({ timeouts }) => ({ setting: 'timeouts.deploy', value: timeouts.deploy }),
  warmUp: ({ timeouts }) => ({ setting: 'timeouts.warmUp', value: timeouts.warmUp }),
  smoke: ({ timeouts }) => ({ setting: 'timeouts.smoke', value: timeouts.smoke }),
  soak: ({ soak }) => ({ setting: 'soak.duration', value: watchTime(soak) }),
  cutover: ({ timeouts }) => ({ setting: 'timeouts.cutover', value: timeouts.cutover }),
  monitor: ({ monitor }) => ({ setting: 'monitor.duration', value: watchTime(monitor) }),
  retention: ({ retention }) => ({ setting: 'retention', value: retention }),
  rollback: ({ timeouts }) => ({ setting: 'timeouts.rollback', value: timeouts.rollback }),
  drain: ({ drain }) => ({ setting: 'drain', value: drain }),
  teardown: ({ timeouts }) => ({ setting: 'timeouts.teardown', value: timeouts.teardown }),
};

/** `last` is why its last attempt ended; undefined where there was none, or it never ended. */
export function describeOverdue(activity: string, spec: Spec | null, last: Error | undefined): string {
  const why = last === undefined ? 'no worker has ended it' : `its last attempt failed: ${wordsOf(last)}`;
  const look = 'see whether a worker runs and reaches the API server';
  if (spec === null || !isBounded(activity)) return `the time for ${activity} is over: ${why}. Now ${look}`;
  const { setting, value } = settings[activity](spec);
  return `${setting} (${value}) is over and ${activity} is not done: ${why}. Now ${look}; then deploy again, or raise ${setting}`;
}

function watchTime({ duration, extension }: Pick<WatchSpec, 'duration' | 'extension'>): string {
  return `${duration}, with an extension of ${extension}`;
}

function isBounded(name: string): name is Bounded {
  return Object.hasOwn(settings, name);
}

/** Temporal's own words name neither the worker nor what it did. */
function wordsOf(last: Error): string {
  if (!(last instanceof TimeoutFailure)) return last.message;
  if (last.timeoutType === 'HEARTBEAT') return 'its worker was not heard of any more';
  return 'its worker did not end it in time';
}

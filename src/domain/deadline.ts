/**
 * How long each step has: which setting of the spec says so, its value, and what is said once that time is over. Pure,
 * and the same words in the workflow and in the activities.
 */
import { defaultPreflight, durationPattern, longestDuration, toMilliseconds, type Duration } from './duration.ts';
import type { Spec, WatchSpec } from './spec.ts';
import type { StepName } from './state.ts';

export interface Deadline {
  /** As it is written in a spec: `timeouts.smoke`. */
  readonly setting: string;
  readonly value: string;
  readonly ms: number;
}

type Bounded = Exclude<StepName, 'preflight' | 'retention'>;

export const deadlines: Readonly<Record<Bounded, (spec: Spec) => Deadline>> = {
  deploy: ({ timeouts }) => setTo('timeouts.deploy', timeouts.deploy),
  warmUp: ({ timeouts }) => setTo('timeouts.warmUp', timeouts.warmUp),
  smoke: ({ timeouts }) => setTo('timeouts.smoke', timeouts.smoke),
  soak: ({ soak }) => watchDeadline('soak.duration', soak),
  approval: ({ approval }) => setTo('approval.timeout', approval.timeout),
  cutover: ({ timeouts }) => setTo('timeouts.cutover', timeouts.cutover),
  monitor: ({ monitor }) => watchDeadline('monitor.duration', monitor),
  rollback: ({ timeouts }) => setTo('timeouts.rollback', timeouts.rollback),
  drain: ({ drain }) => setTo('drain', drain),
  teardown: ({ timeouts }) => setTo('timeouts.teardown', timeouts.teardown),
};

export function isBounded(step: string): step is Bounded {
  return Object.hasOwn(deadlines, step);
}

/** Preflight's time, from a spec that nobody has validated yet: it is preflight that refuses one with mistakes. */
export function preflightDeadline(given: unknown): Deadline {
  const written = fieldOf(fieldOf(given, 'timeouts'), 'preflight');
  return setTo('timeouts.preflight', isUsable(written) ? written : defaultPreflight);
}

export interface Overdue {
  /** What was not done, and to which object: `the Service "api-service" was not switched`. */
  readonly undone: string;
  readonly why: string;
  /** What to do now, as an instruction without its full stop. */
  readonly next: string;
}

/** What is said of a deadline that has passed. */
export function describeOverdue(deadline: Deadline, { undone, why, next }: Overdue): string {
  return `${isOver(deadline)} and ${undone}: ${why}. ${next}, or raise ${deadline.setting}`;
}

/** The same in short, where it is one reason among others. */
export function isOver({ setting, value }: Deadline): string {
  return `${setting} (${value}) is over`;
}

function setTo(setting: string, value: Duration): Deadline {
  return { setting, value, ms: toMilliseconds(value) };
}

function watchDeadline(setting: string, watch: Pick<WatchSpec, 'duration' | 'extension'>): Deadline {
  const value = `${watch.duration}, with an extension of ${watch.extension}`;
  return { setting, value, ms: toMilliseconds(watch.duration) + toMilliseconds(watch.extension) };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isUsable(written: unknown): written is Duration {
  if (typeof written !== 'string' || written.length > 32 || !durationPattern.test(written)) return false;
  const ms = toMilliseconds(written);
  return ms > 0 && ms <= longestDuration;
}

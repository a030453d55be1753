/** What every part of a validation works with. */
import type { Slot } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import type { SpecMistake } from '../../domain/spec-mistakes.ts';
import type { PrometheusApi } from '../../evidence/prometheus/api.ts';
import { DeploymentError } from '../../domain/failure.ts';
import { AccessError } from '../../kubernetes/access/index.ts';
import { describeApiError } from '../../kubernetes/errors.ts';
import type { PodView } from '../../kubernetes/pod.ts';
import type { Dependencies } from '../dependencies.ts';

/** The slot that users have now: its pods are what a candidate will be like. */
export interface LiveSlot {
  readonly slot: Slot;
  /** The ready ones. */
  readonly pods: readonly PodView[];
  /** Where the pods listen. */
  readonly port: number;
}

export interface Validation {
  readonly dependencies: Dependencies;
  readonly spec: Spec;
  /** null where nothing is live, or no pod of it is ready: `notLive` says which. */
  readonly live: LiveSlot | null;
  readonly notLive: string;
  readonly prometheus: () => Promise<PrometheusApi>;
  /** Whether it answers: where it does not, that is told once, and not for each query. */
  readonly isPrometheusThere: boolean;
  readonly signal: AbortSignal;
}

export interface Found {
  readonly mistakes: readonly SpecMistake[];
  /** What was not looked at, and why; one sentence each. */
  readonly unchecked: readonly string[];
  /** What is no mistake and good to know; one sentence each. */
  readonly notes: readonly string[];
}

export const nothingFound: Found = { mistakes: [], unchecked: [], notes: [] };

export function mistake(path: string, message: string): Found {
  return { ...nothingFound, mistakes: [{ path, message }] };
}

export function unchecked(why: string): Found {
  return { ...nothingFound, unchecked: [why] };
}

export function note(...sentences: string[]): Found {
  return { ...nothingFound, notes: sentences };
}

export function together(parts: readonly Found[]): Found {
  return {
    mistakes: parts.flatMap(({ mistakes }) => mistakes),
    unchecked: parts.flatMap((part) => part.unchecked),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

/** What went wrong, as a mistake of the field that is about it. */
export async function orMistake(path: string, signal: AbortSignal, work: () => Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    return mistake(path, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AccessError || error instanceof DeploymentError) return error.message;
  return describeApiError(error);
}

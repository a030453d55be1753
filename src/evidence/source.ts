/** Where evidence comes from. Each source is a file of its own behind this interface. */
import type { Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { PodCounters } from './counters.ts';

/** Which slot to look at. */
export interface Subject {
  readonly spec: Spec;
  readonly slot: Slot;
}

/** What a source saw at one moment. Each source gives what it can measure and leaves out the rest. */
export interface Sample {
  /** Counters of each pod, by its uid. */
  readonly counters?: Readonly<Record<string, PodCounters>>;
  readonly pods?: {
    readonly ready: number;
    readonly desired: number;
    /** Restarts of each pod's containers, by its uid. */
    readonly restarts: Readonly<Record<string, number>>;
  };
}

/** A source that could not measure says why; it never says zero. */
export type Reading =
  { readonly kind: 'sample'; readonly sample: Sample } | { readonly kind: 'unmeasured'; readonly reason: string };

export interface Source {
  readonly name: string;
  sample(subject: Subject, signal: AbortSignal): Promise<Reading>;
}

export function unmeasured(reason: string): Reading {
  return { kind: 'unmeasured', reason: reason.slice(0, 300) };
}

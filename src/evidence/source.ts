/** Where evidence comes from. Each source is a file of its own behind this interface. */
import type { FailedProbe } from '../domain/evidence.ts';
import type { Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { CheckReadings } from './checks/state.ts';
import type { SlotUsageReading } from '../kubernetes/pod-usage.ts';
import type { PodCounters } from './counters.ts';
import type { LogsReading } from './logs/reading.ts';

export type UsageSample = SlotUsageReading;

/** Which slot to look at. */
export interface Subject {
  readonly spec: Spec;
  readonly slot: Slot;
}

/** What a source saw at one moment. Each source gives what it can measure and leaves out the rest. */
export interface Sample {
  /** Cumulative counters of each pod, by its uid. */
  readonly counters?: Readonly<Record<string, PodCounters>>;
  /** Cumulative counts of the answers to the worker's own probes, by each run of them. */
  readonly probes?: Readonly<Record<string, PodCounters>>;
  /** The uids of ready pods whose metrics could not be read; by the source that reads them all, and absent where none did. */
  readonly unread?: readonly string[];
  /** Why one of them could not be read: added to a reading by what it has missed. */
  readonly unreadWhy?: string;
  readonly pods?: PodsStatus;
  /** `later` where they were not read at this look. */
  readonly logs?: LogsReading | 'later';
  readonly usage?: UsageSample;
  /** What Kubernetes warns of about the slot's pods and ReplicaSets, with how often it ever did. */
  readonly warnings?: readonly SeenWarning[];
  /** Probes that failed since the look before. */
  readonly failedProbes?: readonly FailedProbe[];
  /** What the checks of the spec give, by their names. */
  readonly checks?: CheckReadings;
}

/** One Event of Kubernetes. */
export interface SeenWarning {
  readonly uid: string;
  /** The pod or ReplicaSet. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** ISO 8601. */
  readonly at: string;
}

/** A container that was killed since it used more memory than it may. */
export interface OomKill {
  /** The pod's. */
  readonly uid: string;
  readonly pod: string;
  readonly container: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface PodsStatus {
  readonly ready: number;
  readonly desired: number;
  /** Of every pod there is, also those that are not ready. */
  readonly uids: readonly string[];
  /** Of those that are not ready, and not about to go away: how many were ready before, or began again since they could not be. */
  readonly failing?: number;
  /** How many pods there are that their node has ended for what they use. */
  readonly evicted?: number;
  /** Restarts of the containers of each pod that had any, by its uid. */
  readonly restarts: Readonly<Record<string, number>>;
  /** The last one of each container that had any. */
  readonly oomKills?: readonly OomKill[];
}

/** A source that could not measure says why; it never says zero. */
export type Reading =
  | {
      readonly kind: 'sample';
      readonly sample: Sample;
      /** What it could not measure beside the sample, by reason. */
      readonly missed?: readonly string[];
    }
  | { readonly kind: 'unmeasured'; readonly reason: string };

export interface Source {
  readonly name: string;
  /** Rejects only when the signal aborts. */
  sample(subject: Subject, signal: AbortSignal): Promise<Reading>;
}

const reasonKept = 300;

export function unmeasured(reason: string): Reading {
  return { kind: 'unmeasured', reason: reason.slice(0, reasonKept) };
}

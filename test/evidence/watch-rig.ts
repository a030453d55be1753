/** A watch whose looks see what a test has written down. */
import { deadlines } from '../../src/domain/deadline.ts';
import type { SlotUsage } from '../../src/domain/evidence.ts';
import type { SpecInput, Thresholds } from '../../src/domain/spec.ts';
import type { Baseline } from '../../src/evidence/baseline.ts';
import { comparisonOf } from '../../src/evidence/comparison.ts';
import type { PodCounters } from '../../src/evidence/counters.ts';
import { unmeasured, type Reading, type Source } from '../../src/evidence/source.ts';
import { beginWatch, type Watch, type WatchState } from '../../src/evidence/watch-state.ts';
import { hasFailed, lookAgain } from '../../src/evidence/watch.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

export const { signal } = new AbortController();
const everySecond = 1_000;
export const counters = (requests: number, errors = 0, slow = 0): PodCounters => ({
  requests,
  errors,
  latency: { '0.1': requests - slow, '0.5': requests - slow, '5': requests, Infinity: requests },
});

interface Seen {
  readonly requests?: number;
  readonly errors?: number;
  readonly slow?: number;
  readonly probes?: PodCounters;
  readonly ready?: number;
  readonly desired?: number;
  readonly failing?: number;
  readonly evicted?: number;
  readonly restarts?: number;
  readonly unread?: readonly string[];
}

export function seen({
  requests = 0,
  errors,
  slow,
  probes,
  ready = 2,
  desired = 2,
  failing = Math.max(0, desired - ready),
  evicted = 0,
  restarts = 0,
  unread = [],
}: Seen): Reading {
  const pods = { ready, desired, failing, evicted, uids: ['a', 'b'], restarts: restarts === 0 ? {} : { a: restarts } };
  const counted = { a: counters(requests, errors, slow) };
  const sample = { counters: counted, unread, pods, ...(probes === undefined ? {} : { probes: { run: probes } }) };
  return { kind: 'sample', sample };
}

interface RigOptions {
  readonly step?: 'soak' | 'monitor';
  readonly thresholds?: Partial<Thresholds>;
  readonly settings?: Partial<SpecInput>;
  readonly baseline?: Baseline;
  readonly stableUsage?: SlotUsage;
  /** Whether latency may settle, as it may in each monitor; by default it is judged from the first look on. */
  readonly settles?: boolean;
  /** What the looks at stable see; without it there is no stable slot. */
  readonly stable?: readonly Reading[];
}

/** A watch whose looks, one a second, see these readings of the candidate. */
export class WatchRig {
  readonly watch: Watch;
  #at = 0;

  constructor(readings: readonly Reading[], options: RigOptions = {}) {
    const full = parsed({ ...spec, ...options.settings });
    const { step = 'monitor', stable, baseline = null } = options;
    const next = { green: 0, blue: 0 };
    const source: Source = {
      name: 'scripted',
      sample: async ({ slot }) => {
        const all = slot === 'green' ? readings : (stable ?? []);
        return all[Math.min(next[slot]++, all.length - 1)] ?? unmeasured('end');
      },
    };
    const hasStable = stable !== undefined;
    this.watch = {
      candidate: { spec: full, slot: 'green' },
      stable: hasStable ? { spec: full, slot: 'blue' } : null,
      sources: [source],
      limits: {
        thresholds: { ...full.monitor.thresholds, ...options.thresholds },
        minimumRequests: 20,
        metrics: full.metrics,
        replacement: deadlines.deploy(full),
      },
      comparison: {
        ...comparisonOf({ step, spec: full, hasStable, baseline }),
        ...(options.settles === true ? {} : { limitsSettleMs: 0 }),
      },
      step,
      stableUsage: options.stableUsage ?? null,
      records: null,
      horizonMs: 300_000,
      now: () => this.#at,
    };
  }

  async look(state = beginWatch(this.watch)): Promise<WatchState> {
    const next = await lookAgain(this.watch, state, signal);
    this.#at += everySecond;
    return next;
  }

  /** Looks until the candidate has failed, or as many times; gives how often it looked. */
  async run(times: number): Promise<{ state: WatchState; looks: number }> {
    let state = await this.look();
    let looks = 1;
    for (; looks < times && !hasFailed(state); looks += 1) state = await this.look(state);
    return { state, looks };
  }
}

/** Readings of a candidate that serves so many requests between two looks. */
export const serving = (looks: number, perLook: number, more: (look: number) => Seen = () => ({})): Reading[] =>
  Array.from({ length: looks }, (_, look) => seen({ requests: look * perLook, ...more(look) }));

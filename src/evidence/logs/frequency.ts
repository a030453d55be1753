/**
 * Whether an error that both slots log is more frequent in the candidate than stable allows. Pure.
 *
 * Lines of one template are events, and the time of the pods that were read is what they are counted against: probes that
 * only some paths of, or users that only one slot has, would make shares of requests say something else. The mixture
 * e-processes of the statistics may be looked at at any time; bursts, which errors in logs usually are, make their evidence
 * worth less, as they do for failed requests.
 */
import { z } from 'zod';
import { looksNeeded } from '../../domain/watch-looks.ts';
import { burstOf, eventsNeeded } from '../statistics/comparison.ts';
import type { Counts, PairedCounts } from '../statistics/counts.ts';
import { afterLook, newDispersion, type Dispersion } from '../statistics/dispersion.ts';
import { dispersion } from '../statistics/schema.ts';
import { afterConcurrent, againstBaseline, logEvidence, noEvidence, type LogRatios } from '../statistics/e-process.ts';

/** What the candidate's errors are held against: those of stable at the same time, or those from before the watch. */
export type ComparedLogs = 'stable' | 'baseline';

/** How many times as frequent as in stable an error may be: traffic is never quite the same. */
export const tolerance = 2;
/** How likely a candidate whose errors are no more frequent than that is failed, over all templates that are tested. */
const alpha = 0.002;
/** So many templates share it. */
export const templatesTested = 8;

/** The time of pods as it is counted here: in tenths of a second, so that the numbers of a heartbeat stay short. */
export function podTime(ms: number): number {
  return Math.round(ms / 100);
}

/** JSON. */
export interface Bursts {
  readonly candidate: Dispersion;
  readonly stable: Dispersion;
}

export const burstsSchema = z.object({ candidate: dispersion, stable: dispersion }) satisfies z.ZodType<Bursts>;

export const newBursts: Bursts = { candidate: newDispersion, stable: newDispersion };

export function burstsAfter({ candidate, stable }: Bursts, now: PairedCounts): Bursts {
  return { candidate: afterLook(candidate, now.candidate), stable: afterLook(stable, now.stable) };
}

/** Rounded: a heartbeat has to hold them for every template. */
export function ratiosAfter(before: LogRatios, now: PairedCounts): LogRatios {
  if (now.candidate.requests === 0 || now.stable.requests === 0) return before;
  return afterConcurrent(before, now, tolerance).map((ratio) => Math.round(ratio * 1e4) / 1e4);
}

export const noRatios: LogRatios = noEvidence;

/** What is known of one template. */
export interface Frequency {
  readonly against: ComparedLogs;
  readonly candidate: Counts;
  /** Before the watch. */
  readonly baseline: Counts;
  readonly ratios: LogRatios;
  readonly bursts: Bursts;
}

/** Whether that is too frequent to be chance. */
export function isMoreFrequent(frequency: Frequency): boolean {
  const { candidate, bursts } = frequency;
  const { looks } = bursts.candidate;
  if (looks < looksNeeded) return false;
  const burst = burstOf([bursts.candidate, bursts.stable], looks);
  return candidate.events >= eventsNeeded * burst && evidence(frequency, burst) >= Math.log(templatesTested / alpha);
}

function evidence({ against, candidate, baseline, ratios }: Frequency, burst: number): number {
  switch (against) {
    case 'stable':
      return logEvidence(ratios, burst);
    case 'baseline':
      return logEvidence(againstBaseline(inBursts(baseline, burst), inBursts(candidate, burst), tolerance));
  }
}

function inBursts({ requests, events }: Counts, burst: number): Counts {
  return { requests, events: events / burst };
}

/**
 * What a watch finds out beside the requests that the pods count: probes that failed, what Kubernetes says of the pods, what
 * they use, where the traffic goes. Pure.
 */
import { z } from 'zod';
import { numberOf } from '../domain/number-of.ts';
import type { Finding, SlotUsage, WatchEvidence } from '../domain/evidence.ts';
import type { Slot } from '../domain/slot.ts';
import type { Thresholds } from '../domain/spec.ts';
import type { Look } from './arm.ts';
import {
  afterDistributionLook,
  distributionOf,
  distributionSchema,
  newDistribution,
  type DistributionState,
} from './distribution.ts';
import { failedProbesSchema, newestFailed } from './failed-probes.ts';
import { afterOomLook, noOomKills, oomSchema, type OomState } from './oom-kills.ts';
import { afterUsageLook, noUsage, slotUsage, usageSchema, type UsageState } from './usage.ts';
import { judgeUsage } from './usage-judge.ts';
import { afterWarningsLook, noWarnings, warningsOf, warningsSchema, type WarningsState } from './warnings.ts';

interface Sides<T> {
  readonly candidate: T;
  readonly stable: T;
}

/** JSON, so that another worker can go on with it. */
export interface Observations {
  readonly failedProbes: NonNullable<WatchEvidence['failedProbes']>;
  /** Of the candidate alone: what becomes of stable's containers is no fault of the candidate. */
  readonly oomKills: OomState;
  readonly warnings: Sides<WarningsState>;
  readonly usage: Sides<UsageState>;
  readonly distribution: DistributionState;
}

const sides = <T extends z.ZodType>(side: T) => z.object({ candidate: side, stable: side });

export const observationsSchema = z.object({
  failedProbes: failedProbesSchema,
  oomKills: oomSchema,
  warnings: sides(warningsSchema),
  usage: sides(usageSchema),
  distribution: distributionSchema,
}) satisfies z.ZodType<Observations>;

export const noObservations: Observations = {
  failedProbes: [],
  oomKills: noOomKills,
  warnings: { candidate: noWarnings, stable: noWarnings },
  usage: { candidate: noUsage, stable: noUsage },
  distribution: newDistribution,
};

export function observe(before: Observations, { at, candidate, stable, arms }: Look): Observations {
  const { warnings, usage, oomKills } = before;
  const failed = [...(candidate.failedProbes ?? []), ...(stable?.failedProbes ?? [])];
  return {
    failedProbes: newestFailed(before.failedProbes, failed),
    oomKills: candidate.pods === undefined ? oomKills : afterOomLook(oomKills, candidate.pods.oomKills ?? []),
    warnings: {
      candidate: afterWarningsLook(warnings.candidate, candidate.warnings),
      stable: afterWarningsLook(warnings.stable, stable?.warnings),
    },
    usage: {
      candidate: afterUsageLook(usage.candidate, candidate.usage),
      stable: stable === null ? usage.stable : afterUsageLook(usage.stable, stable.usage),
    },
    distribution: afterDistributionLook(before.distribution, arms, at),
  };
}

/** What is judged of it, now or at the end of the watch. */
export interface Judging {
  readonly step: 'soak' | 'monitor';
  readonly hasStable: boolean;
  readonly thresholds: Thresholds;
  /** What stable's pods used under users' traffic, before the cutover; null where that was not measured. */
  readonly stableBefore: SlotUsage | null;
}

/** As certain as restarts, and as soon: none where nothing was killed. */
export function oomFindings({ oomKills }: Observations, { restarts }: Pick<Thresholds, 'restarts'>): Finding[] {
  const { kills, newest } = oomKills;
  if (restarts === null || newest === null) return [];
  const times = kills === 1 ? '' : `, and ${numberOf(kills - 1, 'more time')}`;
  const reason = `the container ${newest.container} of ${newest.pod} was killed since it used more memory than its limit (OOMKilled)${times}`;
  return [{ metric: 'oom-kills', verdict: kills > restarts ? 'fail' : 'pass', over: 'watch', reason }];
}

/** CPU and memory tell something over a whole watch. */
export function usageFindings(
  { usage }: Observations,
  { hasStable, step, thresholds, stableBefore }: Judging,
): Finding[] {
  // After the cutover stable has next to no traffic: what it uses then is no measure.
  const known =
    step === 'monitor'
      ? { usage: stableBefore, when: ' before the cutover' }
      : { usage: slotUsage(usage.stable), when: '' };
  const candidate = slotUsage(usage.candidate);
  const why = candidate === null ? usage.candidate.why : usageGap(step, usage.stable);
  const findings = judgeUsage({ candidate, stable: hasStable ? known : null, why }, thresholds);
  return findings.map((finding) => ({ ...finding, over: 'watch' }));
}

function usageGap(step: Judging['step'], stable: UsageState): string | null {
  return step === 'monitor' ? 'what stable used before the cutover was not measured' : stable.why;
}

type ObservedEvidence = Pick<WatchEvidence, 'failedProbes' | 'warnings' | 'usage' | 'distribution'>;

/** For the state document; what there is nothing of is left out. */
export function observedEvidence(
  { failedProbes, warnings, usage, distribution }: Observations,
  slots: { readonly candidate: Slot; readonly stable: Slot | null },
  step: Judging['step'],
): ObservedEvidence {
  const found = [
    ...warningsOf(slots.candidate, warnings.candidate),
    ...(slots.stable === null ? [] : warningsOf(slots.stable, warnings.stable)),
  ];
  const stable = slots.stable === null ? null : slotUsage(usage.stable);
  const why = usage.candidate.why ?? (slots.stable === null ? null : usage.stable.why);
  const traffic = step === 'monitor' ? distributionOf(distribution) : undefined;
  return {
    ...(failedProbes.length === 0 ? {} : { failedProbes }),
    ...(found.length === 0 ? {} : { warnings: found }),
    usage: { candidate: slotUsage(usage.candidate), stable, why },
    ...(traffic === undefined ? {} : { distribution: traffic }),
  };
}

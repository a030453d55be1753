/** The candidate's CPU and memory against those of stable, where the spec sets a limit. Pure. */
import type { MetricName, SlotUsage } from '../domain/evidence.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Thresholds } from '../domain/spec.ts';
import { describeBytes, describeCores } from '../domain/usage-words.ts';

export interface UsageFinding {
  readonly metric: Extract<MetricName, 'cpu' | 'memory'>;
  readonly verdict: Verdict;
  readonly reason: string;
}

export interface UsageToJudge {
  readonly candidate: SlotUsage | null;
  /** null where there is no stable slot. */
  readonly stable: { readonly usage: SlotUsage | null; readonly when: string } | null;
  /** Why nothing is known of one of them. */
  readonly why: string | null;
}

/** Of a pod that does next to nothing, the times are chance: a hundredth of a core. */
const leastCpu = 0.01;

/** None where the spec sets no limit, or there is nothing to compare with. */
export function judgeUsage(usage: UsageToJudge, { cpu, memory }: Pick<Thresholds, 'cpu' | 'memory'>): UsageFinding[] {
  if (usage.stable === null) return [];
  return [
    ...(cpu === undefined ? [] : [judged('cpu', usage, cpu)]),
    ...(memory === undefined ? [] : [judged('memory', usage, memory)]),
  ];
}

function judged(metric: UsageFinding['metric'], { candidate, stable, why }: UsageToJudge, limit: number): UsageFinding {
  const [own, other] = [candidate, stable?.usage ?? null].map((slot) => slot && valueOf(metric, slot));
  if (own == null || other == null) {
    return { metric, verdict: 'insufficient-data', reason: `${metric} is unknown: ${why ?? 'it was not measured'}` };
  }
  const floor = metric === 'cpu' ? leastCpu : 0;
  const isAbove = own > Math.max(other, floor) * limit;
  const describe = metric === 'cpu' ? describeCores : describeBytes;
  const compared = `${describe(own)} a pod is ${isAbove ? 'more than' : 'within'} ${limit} times stable's ${describe(other)}`;
  return { metric, verdict: isAbove ? 'fail' : 'pass', reason: `${metric} ${compared}${stable?.when ?? ''}` };
}

function valueOf(metric: UsageFinding['metric'], { cpuPerPod, memoryPerPod }: SlotUsage): number {
  return metric === 'cpu' ? cpuPerPod : memoryPerPod;
}

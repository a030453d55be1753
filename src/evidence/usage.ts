/** CPU and memory of both slots, side by side. Pure. */
import { z } from 'zod';
import type { SlotUsage } from '../domain/evidence.ts';
import type { UsageSample } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface UsageState {
  /** Looks that found what at least one pod uses. */
  readonly looks: number;
  /** In the last of them. */
  readonly pods: number;
  /** Of an average pod, summed up over the looks: in cores, and in bytes. */
  readonly cpu: number;
  readonly memory: number;
  /** Of the pod and the look with the most, in bytes. */
  readonly memoryPeak: number;
  /** Why the last look found nothing; null where it did. */
  readonly why: string | null;
}

export const usageSchema = z.object({
  looks: z.number(),
  pods: z.number(),
  cpu: z.number(),
  memory: z.number(),
  memoryPeak: z.number(),
  why: z.string().nullable(),
}) satisfies z.ZodType<UsageState>;

export const noUsage: UsageState = {
  looks: 0,
  pods: 0,
  cpu: 0,
  memory: 0,
  memoryPeak: 0,
  why: 'it was not measured',
};

/** After one more look. */
export function afterUsageLook(before: UsageState, sample: UsageSample | undefined): UsageState {
  if (sample === undefined) return { ...before, why: 'the metrics API did not answer' };
  if (sample.kind === 'absent') return { ...before, why: sample.why };
  const { pods } = sample;
  if (pods.length === 0) return { ...before, why: 'the metrics API does not know the pods yet' };
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / pods.length;
  return {
    looks: before.looks + 1,
    pods: pods.length,
    cpu: before.cpu + mean(pods.map(({ cpu }) => cpu)),
    memory: before.memory + mean(pods.map(({ memoryBytes }) => memoryBytes)),
    memoryPeak: Math.max(before.memoryPeak, ...pods.map(({ memoryBytes }) => memoryBytes)),
    why: null,
  };
}

/** As the state document shows it; null where nothing was measured. */
export function slotUsage({ looks, pods, cpu, memory, memoryPeak }: UsageState): SlotUsage | null {
  if (looks === 0) return null;
  return {
    pods,
    cpuPerPod: Number((cpu / looks).toPrecision(4)),
    memoryPerPod: Math.round(memory / looks),
    memoryPeak: Math.round(memoryPeak),
  };
}

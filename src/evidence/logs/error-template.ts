/** A template of errors, with how often and where they were logged. */
import { z } from 'zod';
import type { LogRatios } from '../statistics/e-process.ts';
import { burstsSchema, noRatios, type Bursts } from './frequency.ts';

/** JSON. */
export interface ErrorTemplate {
  /** Its words, with a space between them. */
  readonly text: string;
  /** One of the lines; the candidate's, where it has any. */
  readonly sample: string;
  /** When the candidate's first was written, in milliseconds since the epoch; null where it has none. */
  readonly firstAt: number | null;
  /** How many lines of the candidate there were, in some of its pods, by name, and in at least so many pods at once. */
  readonly candidate: number;
  readonly pods: readonly string[];
  readonly podCount: number;
  /** Lines of stable during the watch, and before it. */
  readonly stable: number;
  readonly before: number;
  readonly ratios: LogRatios;
  /** For the most frequent ones only. */
  readonly bursts: Bursts | null;
}

export const errorTemplateSchema = z.object({
  text: z.string(),
  sample: z.string(),
  firstAt: z.number().nullable(),
  candidate: z.number(),
  pods: z.array(z.string()),
  podCount: z.number(),
  stable: z.number(),
  before: z.number(),
  ratios: z.array(z.number()),
  bursts: burstsSchema.nullable(),
}) satisfies z.ZodType<ErrorTemplate>;

export function newTemplate(text: string, sample: string): ErrorTemplate {
  return {
    text,
    sample,
    firstAt: null,
    candidate: 0,
    pods: [],
    podCount: 0,
    stable: 0,
    before: 0,
    ratios: noRatios,
    bursts: null,
  };
}

/** What one look says of one check, for one slot. Pure. */
import { z } from 'zod';

export const checkReading = z.discriminatedUnion('kind', [
  /** A number is finite. */
  z.object({ kind: z.literal('value'), value: z.union([z.number(), z.string(), z.boolean()]) }),
  /** There is nothing to judge, for this reason. */
  z.object({ kind: z.literal('missing'), reason: z.string() }),
  /** It is not known yet, and nothing is amiss. */
  z.object({ kind: z.literal('running'), reason: z.string() }),
  /** It has judged itself, once and for all, as a Job does. */
  z.object({ kind: z.literal('outcome'), passed: z.boolean(), reason: z.string() }),
]);

export type CheckReading = z.output<typeof checkReading>;

const textKept = 100;
const reasonKept = 300;

export function missing(reason: string): CheckReading {
  return { kind: 'missing', reason: reason.slice(0, reasonKept) };
}

/** Only finite numbers are values: nothing can be said of a division by 0. */
export function valueOf(value: number | string | boolean, what: string): CheckReading {
  if (typeof value === 'string') return { kind: 'value', value: value.slice(0, textKept) };
  if (typeof value === 'boolean' || Number.isFinite(value)) return { kind: 'value', value };
  return missing(`${what} is ${Number.isNaN(value) ? 'NaN, as 0 / 0 is' : 'infinite, as 1 / 0 is'}`);
}

/** The probes of a soak that failed, by the ids of their traces. Pure. */
import { z } from 'zod';
import type { FailedProbe } from '../domain/evidence.ts';
import { slots, type Slot } from '../domain/slot.ts';
import type { ProbeRequest } from '../kubernetes/access/index.ts';

/** Of one slot: those of the other stay beside them. */
const kept = 5;
const pathKept = 100;

export const failedProbesSchema = z.array(
  z.object({
    traceId: z.string(),
    slot: z.enum(['blue', 'green']),
    request: z.string(),
    outcome: z.string(),
    at: z.string(),
  }),
) satisfies z.ZodType<FailedProbe[]>;

/** The newest of each slot, oldest first. */
export function newestFailed(known: readonly FailedProbe[], more: readonly FailedProbe[]): readonly FailedProbe[] {
  if (more.length === 0) return known;
  const all = [...known, ...more];
  const newest = new Set(slots.flatMap((slot) => all.filter((probe) => probe.slot === slot).slice(-kept)));
  return all.filter((probe) => newest.has(probe));
}

/** One that was sent at `sentAt` (by performance.now()); none where its trace is not known. */
export function failedProbe(
  slot: Slot,
  { request, traceId }: { readonly request: ProbeRequest; readonly traceId: string | null },
  outcome: string,
  sentAt: number,
): FailedProbe[] {
  if (traceId === null) return [];
  const path = (request.path.split('?', 1)[0] ?? '').slice(0, pathKept);
  const at = new Date(Date.now() - (performance.now() - sentAt)).toISOString();
  return [{ traceId, slot, request: `${request.method ?? 'GET'} ${path}`, outcome, at }];
}

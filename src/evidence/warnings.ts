/** What Kubernetes warned of about a slot's pods during a watch, by its own reasons. Pure. */
import { z } from 'zod';
import type { PodWarning } from '../domain/evidence.ts';
import type { Slot } from '../domain/slot.ts';
import type { SeenWarning } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface WarningsState {
  /** How often each event had occurred at the first look, by its uid; null before it. */
  readonly before: Readonly<Record<string, number>> | null;
  /** Those that occurred since, by their uids. */
  readonly since: Readonly<Record<string, SeenWarning>>;
}

const warningSchema = z.object({
  uid: z.string(),
  object: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.number(),
  at: z.string(),
});

export const warningsSchema = z.object({
  before: z.record(z.string(), z.number()).nullable(),
  since: z.record(z.string(), warningSchema),
}) satisfies z.ZodType<WarningsState>;

export const noWarnings: WarningsState = { before: null, since: {} };

/** Of a slot: what is beyond them is left out, so that the state stays small. */
const most = { before: 100, since: 30, reasons: 5 } as const;

/** After one more look; undefined is one that could not be made. Kubernetes forgets events after a while: these stay. */
export function afterWarningsLook(state: WarningsState, found: readonly SeenWarning[] | undefined): WarningsState {
  if (found === undefined) return state;
  if (state.before === null) {
    const newest = found.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, most.before);
    return { ...state, before: Object.fromEntries(newest.map(({ uid, count }) => [uid, count])) };
  }
  const { before } = state;
  const since = new Map(Object.entries(state.since));
  // A long list of old ones, of which not all are known: those are not new.
  const isKnown = ({ uid }: SeenWarning): boolean => Object.keys(before).length < most.before || uid in before;
  for (const warning of found.filter(isKnown)) {
    const count = warning.count - (before[warning.uid] ?? 0);
    if (count > 0 && (since.has(warning.uid) || since.size < most.since)) since.set(warning.uid, { ...warning, count });
  }
  return { ...state, since: Object.fromEntries(since) };
}

/** The most frequent first. */
export function warningsOf(slot: Slot, { since }: WarningsState): PodWarning[] {
  const byReason = new Map<string, SeenWarning[]>();
  for (const warning of Object.values(since)) {
    byReason.set(warning.reason, [...(byReason.get(warning.reason) ?? []), warning]);
  }
  return [...byReason]
    .map(([reason, warnings]) => {
      const newest = warnings.reduce((one, other) => (other.at > one.at ? other : one));
      return {
        slot,
        reason,
        message: newest.message,
        objects: new Set(warnings.map(({ object }) => object)).size,
        count: warnings.reduce((sum, { count }) => sum + count, 0),
        lastAt: newest.at,
      };
    })
    .sort((a, b) => b.count - a.count)
    .slice(0, most.reasons);
}

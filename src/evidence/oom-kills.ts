/** Containers that were killed for their memory during a watch. Pure. */
import { z } from 'zod';
import type { OomKill } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface OomState {
  /** When each container was last killed, by its pod's uid and its name; null before the first look. */
  readonly last: Readonly<Record<string, string>> | null;
  /** The newest of those kills that `last` has no place for; null where it has all. */
  readonly forgottenUntil: string | null;
  /** During the watch. */
  readonly kills: number;
  /** The newest of them. */
  readonly newest: OomKill | null;
}

const killSchema = z.object({ uid: z.string(), pod: z.string(), container: z.string(), at: z.string() });

export const oomSchema = z.object({
  last: z.record(z.string(), z.string()).nullable(),
  forgottenUntil: z.string().nullable(),
  kills: z.number(),
  newest: killSchema.nullable(),
}) satisfies z.ZodType<OomState>;

export const noOomKills: OomState = { last: null, forgottenUntil: null, kills: 0, newest: null };

/** Of more containers than this the oldest kills are forgotten, so that the state stays small. */
const containersKept = 100;

/** After one more look; what the first look finds happened before. */
export function afterOomLook(before: OomState, found: readonly OomKill[]): OomState {
  const { last, forgottenUntil, kills, newest } = before;
  const fresh = last === null ? [] : found.filter((kill) => isFresh(kill, last, forgottenUntil));
  // Those of pods that are gone come no more.
  const newestFirst = found.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const kept = newestFirst.slice(0, containersKept);
  const forgotten = newestFirst[containersKept]?.at ?? null;
  return {
    last: Object.fromEntries(kept.map((kill) => [keyOf(kill), kill.at])),
    forgottenUntil: later(forgottenUntil, forgotten),
    kills: kills + fresh.length,
    newest: fresh.at(-1) ?? newest,
  };
}

/** What was forgotten is no newer than the newest of it. */
function isFresh(kill: OomKill, last: Readonly<Record<string, string>>, forgottenUntil: string | null): boolean {
  const known = last[keyOf(kill)];
  if (known !== undefined) return known !== kill.at;
  return forgottenUntil === null || kill.at > forgottenUntil;
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function keyOf({ uid, container }: OomKill): string {
  return `${uid}/${container}`;
}

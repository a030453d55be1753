/** Containers that were killed for their memory during a watch. Pure. */
import { z } from 'zod';
import type { OomKill } from './source.ts';

/** JSON, so that another worker can go on with it. */
export interface OomState {
  /** When each container was last killed, by its pod's uid and its name; null before the first look. */
  readonly last: Readonly<Record<string, string>> | null;
  /** During the watch. */
  readonly kills: number;
  /** The newest of them. */
  readonly newest: OomKill | null;
}

const killSchema = z.object({ uid: z.string(), pod: z.string(), container: z.string(), at: z.string() });

export const oomSchema = z.object({
  last: z.record(z.string(), z.string()).nullable(),
  kills: z.number(),
  newest: killSchema.nullable(),
}) satisfies z.ZodType<OomState>;

export const noOomKills: OomState = { last: null, kills: 0, newest: null };

/** More containers than this are not told apart, so that the state stays small. */
const containersKept = 100;

/** After one more look; what the first look finds happened before. */
export function afterOomLook({ last, kills, newest }: OomState, found: readonly OomKill[]): OomState {
  const fresh = last === null ? [] : found.filter((kill) => last[keyOf(kill)] !== kill.at);
  const known = { ...last, ...Object.fromEntries(found.map((kill) => [keyOf(kill), kill.at])) };
  return {
    last: Object.fromEntries(Object.entries(known).slice(-containersKept)),
    kills: kills + fresh.length,
    newest: fresh.at(-1) ?? newest,
  };
}

function keyOf({ uid, container }: OomKill): string {
  return `${uid}/${container}`;
}

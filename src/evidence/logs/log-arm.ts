/** How much of one slot's logs was read during a watch, and how far. Pure. */
import { z } from 'zod';
import type { Cursor } from './cursor.ts';
import type { LogsReading } from './reading.ts';

/** JSON. */
export interface LogArm {
  /** Of the pods that the last looks have read, by uid. */
  readonly cursors: Readonly<Record<string, Cursor>>;
  /** Those pods, by name. */
  readonly pods: readonly string[];
  readonly ready: number;
  /** What the last look could not read, with the first reason; null where it could read nothing at all. */
  readonly unread: { readonly pods: number; readonly reason: string } | null;
  /** Whether the log of every pod that is read was read once. */
  readonly isKnown: boolean;
  readonly lines: number;
  readonly errors: number;
  readonly allowed: number;
  /** Of which there were too many different ones to keep. */
  readonly unfiled: number;
  /** How often lines of a pod were left out. */
  readonly leftOut: number;
  /** The time of the pods that were read, during the watch and before it. */
  readonly podMs: number;
  readonly podMsBefore: number;
  /** When the last reading was asked for, in milliseconds since the epoch; null before the first. */
  readonly readAt: number | null;
}

const cursor = z.object({
  at: z.string().nullable(),
  lines: z.number(),
  open: z.enum(['nothing', 'line', 'message', 'traceback', 'goroutines']),
}) satisfies z.ZodType<Cursor>;

export const logArmSchema = z.object({
  cursors: z.record(z.string(), cursor),
  pods: z.array(z.string()),
  ready: z.number(),
  unread: z.object({ pods: z.number(), reason: z.string() }).nullable(),
  isKnown: z.boolean(),
  lines: z.number(),
  errors: z.number(),
  allowed: z.number(),
  unfiled: z.number(),
  leftOut: z.number(),
  podMs: z.number(),
  podMsBefore: z.number(),
  readAt: z.number().nullable(),
}) satisfies z.ZodType<LogArm>;

export const newLogArm: LogArm = {
  cursors: {},
  pods: [],
  ready: 0,
  unread: null,
  isKnown: false,
  lines: 0,
  errors: 0,
  allowed: 0,
  unfiled: 0,
  leftOut: 0,
  podMs: 0,
  podMsBefore: 0,
  readAt: null,
};

/** Whether the last look has read the log of every pod that it should. */
export function isRead({ unread, pods }: LogArm): boolean {
  return unread?.pods === 0 && pods.length > 0;
}

/** Whether there was no pod to read, neither at the last look nor before. */
export function hasNoPods({ unread, pods, isKnown }: LogArm): boolean {
  return unread?.pods === 0 && pods.length === 0 && !isKnown;
}

/** After one more look; without a reading where it came to nothing, the time since the last one is that of the next. */
export function armAfter(arm: LogArm, reading: LogsReading | undefined, startedAt: number): LogArm {
  if (reading === undefined) return { ...arm, unread: null };
  const { at, pods, unread, ready } = reading;
  const elapsedMs = Math.max(0, at - (arm.readAt ?? startedAt));
  // A pod that could not be read this time is gone on with the next time.
  const cursors = Object.fromEntries(pods.map(({ uid, cursor: reached }) => [uid, reached]));
  const kept = unread.length === 0 ? cursors : { ...arm.cursors, ...cursors };
  const before = pods.map(({ since }) => (since === null ? 0 : Math.max(0, startedAt - since)));
  return {
    cursors: kept,
    pods: pods.map(({ name }) => name),
    ready,
    unread: { pods: unread.length, reason: unread[0]?.reason ?? '' },
    isKnown: arm.isKnown || (unread.length === 0 && pods.length > 0),
    lines: arm.lines + sum(pods.map(({ lines }) => lines)),
    errors: arm.errors + sum(pods.map(({ found }) => found)),
    allowed: arm.allowed + sum(pods.map(({ allowed }) => allowed)),
    unfiled: arm.unfiled,
    leftOut: arm.leftOut + pods.filter(({ isPartial }) => isPartial).length,
    podMs: arm.podMs + pods.length * elapsedMs,
    podMsBefore: arm.podMsBefore + sum(before),
    readAt: at,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

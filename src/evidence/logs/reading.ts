/** What the logs of one slot said at one look. */
import type { Cursor } from './cursor.ts';
import type { ErrorGroup } from './digest.ts';

export interface LogsReading {
  /** When it was asked for, in milliseconds since the epoch. */
  readonly at: number;
  readonly pods: readonly PodLog[];
  /** Ready pods whose log should have been read, and why it was not. */
  readonly unread: readonly UnreadLog[];
  /** How many pods are ready, of which only some are read where there are very many. */
  readonly ready: number;
}

export interface PodLog {
  readonly uid: string;
  readonly name: string;
  /** Where the next look goes on. */
  readonly cursor: Cursor;
  readonly lines: number;
  readonly errors: readonly ErrorGroup[];
  /** How many errors there were, and how many of them a pattern of the spec allows. */
  readonly found: number;
  readonly allowed: number;
  /** Whether lines were left out: more than are read at a time, or gone before they were. */
  readonly isPartial: boolean;
  /** From when on the log was read, in milliseconds since the epoch; null where an earlier look had read it. */
  readonly since: number | null;
}

export interface UnreadLog {
  readonly pod: string;
  readonly reason: string;
}

/** What both slots' logs said at one look; undefined where they could not be read. */
export interface LogsLook {
  readonly candidate: LogsReading | undefined;
  readonly stable: LogsReading | undefined;
  /** When the watch began, in milliseconds since the epoch. */
  readonly startedAt: number;
}

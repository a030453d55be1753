/**
 * The logs of a slot's pods, through the Kubernetes API: of each pod what is new since the last look.
 *
 * 1. Where a log was read to is part of the watch's state, so that a look which came to nothing, or a worker that died, has
 *    neither lost a line nor has one counted twice.
 * 2. What is read at a time is bounded, in pods, lines and bytes: a slot of hundreds of pods costs no more than one of some.
 */
import type { Cluster } from '../kubernetes/cluster.ts';
import { ApiException } from '@kubernetes/client-node';
import { appContainer } from '../kubernetes/app-container.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { readPodLog, type LogPiece } from '../kubernetes/pod-log.ts';
import type { SlotView } from '../kubernetes/slot.ts';
import { concurrently } from './concurrently.ts';
import {
  cursorAfter,
  linesAfter,
  linesOf,
  newerLines,
  secondOf,
  timeOf,
  unreadLog,
  type Cursor,
} from './logs/cursor.ts';
import { digest, type Allows } from './logs/digest.ts';
import type { LogLine } from './logs/fold.ts';
import type { LogsReading, PodLog, UnreadLog } from './logs/reading.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export interface PodsLogsOptions {
  readonly cluster: Cluster;
  readonly view: (subject: Subject) => Promise<SlotView | null>;
  /** The container, where the spec names it. */
  readonly container: string | undefined;
  readonly allows: Allows;
  /** How far the logs were read before, by the pods' uids. */
  readonly cursors: (subject: Subject) => Readonly<Record<string, Cursor>>;
  /** From when on a log matters that was not read before, in milliseconds since the epoch. */
  readonly from: (subject: Subject) => number;
  /** Whether what a log has now is from before the watch, so that only what comes next counts. */
  readonly isBefore?: (subject: Subject) => boolean;
  /** Whether what a pod logs before it is ready for the first time matters as well. */
  readonly countsStarts: (subject: Subject) => boolean;
  readonly now: () => number;
}

/** Of each slot. */
export const podsRead = 20;
const atOnce = 8;
const reasonsKept = 5;
const charactersOfReason = 300;
/** At first there are minutes to read, later seconds. */
const first = { lines: 5_000, bytes: 1_048_576 } as const;
const later = { lines: 2_000, bytes: 262_144 } as const;

export function podsLogs(options: PodsLogsOptions): Source {
  return {
    name: 'pod logs',
    async sample(subject, signal): Promise<Reading> {
      const at = options.now();
      // The watch may have gone on by the time that there is an answer.
      const isBefore = options.isBefore?.(subject) === true;
      const view = await options.view(subject);
      const present = view?.pods ?? [];
      const pods = chosen(present, options.cursors(subject));
      const ready = present.filter((pod) => pod.ready).length;
      if (pods.length === 0) return { kind: 'sample', sample: { logs: { at, pods: [], unread: [], ready } } };
      const container = appContainer(view?.deployment ?? null, options.container);
      if (container === null) return unmeasured('there is no Deployment that says which container to read');
      const read = await readAll({ ...options, subject, container, isBefore }, pods, signal);
      const logs: LogsReading = { at, ...read, ready };
      const missed = [...new Set(logs.unread.map(({ reason }) => reason))].slice(0, reasonsKept);
      return { kind: 'sample', sample: { logs }, missed };
    },
  };
}

interface Reader extends Omit<PodsLogsOptions, 'isBefore'> {
  readonly subject: Subject;
  readonly container: string;
  readonly isBefore: boolean;
}

async function readAll(
  reader: Reader,
  pods: readonly PodView[],
  signal: AbortSignal,
): Promise<Pick<LogsReading, 'pods' | 'unread'>> {
  const known = reader.cursors(reader.subject);
  const read: PodLog[] = [];
  const unread: UnreadLog[] = [];
  await concurrently(pods, atOnce, async (pod) => {
    try {
      read.push(await new PodReading(reader, pod).read(known[pod.uid], signal));
    } catch (error) {
      signal.throwIfAborted();
      // A container that has ended, or is about to start, has nothing to tell for the moment.
      if (pod.ready) unread.push({ pod: pod.name, reason: describeApiError(error).slice(0, charactersOfReason) });
    }
  });
  return { pods: read.sort((a, b) => (a.uid < b.uid ? -1 : 1)), unread };
}

/** Ready pods, and those that were and have come to grief; the same ones at each look. */
function chosen(pods: readonly PodView[], known: Readonly<Record<string, Cursor>>): PodView[] {
  const isKnown = ({ uid }: PodView): boolean => Object.hasOwn(known, uid);
  return pods
    .filter((pod) => !pod.terminating && (pod.ready || isKnown(pod)))
    .sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)) || (a.uid < b.uid ? -1 : 1))
    .slice(0, podsRead);
}

/** One look at the log of one pod. */
class PodReading {
  readonly #reader: Reader;
  readonly #pod: PodView;

  constructor(reader: Reader, pod: PodView) {
    this.#reader = reader;
    this.#pod = pod;
  }

  async read(known: Cursor | undefined, signal: AbortSignal): Promise<PodLog> {
    const cursor = known ?? unreadLog;
    const size = cursor.at === null ? first : later;
    const { text, isCut } = await this.#piece(cursor, size, false, signal);
    const lines = linesOf(text);
    const isFull = lines.length >= size.lines;
    const { fresh: found, ended, isGap } = await this.#fresh(lines, cursor, isFull, signal);
    const fresh = known === undefined ? this.#atFirst(found) : found;
    const { isCut: isMuch, open, ...digested } = digest(fresh, cursor.open, this.#reader.allows);
    const { uid, name } = this.#pod;
    return {
      uid,
      name,
      cursor: cursorAfter(lines.length > 0 ? lines : ended, open, cursor),
      lines: fresh.length,
      ...digested,
      isPartial: isCut || isGap || isMuch,
      since: known === undefined ? this.#since(isFull ? fresh[0] : undefined) : null,
    };
  }

  /** A pod that is added in the middle starts as those before it did, whose starts nobody has read. One that has crashed does not. */
  #atFirst(lines: readonly LogLine[]): readonly LogLine[] {
    if (this.#reader.isBefore) return [];
    const { readySince, restarts } = this.#pod;
    if (readySince === null || restarts > 0 || this.#reader.countsStarts(this.#reader.subject)) return lines;
    return lines.filter(({ at }) => timeOf(at) >= Date.parse(readySince));
  }

  /**
   * The lines after the cursor. Where they do not go on from it, the container was restarted, whose last run has the rest, or
   * there were more lines than one look reads.
   */
  async #fresh(
    lines: readonly LogLine[],
    cursor: Cursor,
    isFull: boolean,
    signal: AbortSignal,
  ): Promise<{ fresh: readonly LogLine[]; ended: readonly LogLine[]; isGap: boolean }> {
    const fresh = linesAfter(lines, cursor);
    const hasRestarted = fresh === null ? !isFull : cursor.at === null && this.#pod.restarts > 0;
    const ended = hasRestarted ? await this.#ofEndedRun(cursor, signal) : [];
    if (fresh !== null) return { fresh: [...ended, ...fresh], ended, isGap: isFull && cursor.at === null };
    const rest = linesAfter(ended, cursor);
    return { fresh: [...(rest ?? []), ...newerLines(lines, cursor)], ended, isGap: rest === null };
  }

  async #ofEndedRun(cursor: Cursor, signal: AbortSignal): Promise<LogLine[]> {
    try {
      return linesOf((await this.#piece(cursor, later, true, signal)).text);
    } catch (error) {
      // 400 and 404: there was no such run, or its log is gone.
      if (error instanceof ApiException && (error.code === 400 || error.code === 404)) return [];
      throw error;
    }
  }

  #piece(cursor: Cursor, size: Pick<LogPiece, 'lines' | 'bytes'>, previous: boolean, signal: AbortSignal) {
    const { cluster, subject, container, from, now } = this.#reader;
    const seconds = Math.max(1, Math.ceil((now() - from(subject)) / 1_000));
    const since = cursor.at === null ? { seconds } : { time: secondOf(cursor.at) };
    const piece = { namespace: subject.spec.namespace, pod: this.#pod.name, container, previous, since, ...size };
    return readPodLog(cluster, piece, signal);
  }

  /** From when on the log of this pod is known, where it is read for the first time. */
  #since(oldest: LogLine | undefined): number {
    const readySince = this.#pod.readySince === null ? 0 : Date.parse(this.#pod.readySince);
    const { from, subject } = this.#reader;
    return Math.max(from(subject), readySince, oldest === undefined ? 0 : timeOf(oldest.at));
  }
}

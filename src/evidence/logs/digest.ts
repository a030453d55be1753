/**
 * What the new lines of one container say of errors: those that say the same are one, with when each was written. Pure, and
 * bounded in what it looks at and in what it gives.
 */
import { maskCredentials } from '../../domain/mask.ts';
import { timeOf } from './cursor.ts';
import { foldLines, type Entry, type LogLine, type Open } from './fold.ts';
import { maskLine } from './mask-line.ts';

/** Errors whose messages are the same but for what varies. */
export interface ErrorGroup {
  /** With what varies masked. */
  readonly text: string;
  /** The first of them, with credentials masked. */
  readonly sample: string;
  /** When each was written, in milliseconds since the epoch; oldest first. */
  readonly times: readonly number[];
}

export interface Digest {
  readonly errors: readonly ErrorGroup[];
  /** How many errors there were, and how many of them a pattern of the spec allows. */
  readonly found: number;
  readonly allowed: number;
  /** Whether there were more errors than are looked at. */
  readonly isCut: boolean;
  readonly open: Open;
}

/** Says for each text whether a pattern of the spec allows it. */
export type Allows = (texts: readonly string[]) => readonly boolean[];

/** Masking costs more than reading: of so many errors at a time, the rest is only counted. */
const errorsLookedAt = 300;
const charactersMasked = 1_000;
const charactersOfSample = 200;

export function digest(lines: readonly LogLine[], open: Open, allows: Allows): Digest {
  const folded = foldLines(lines, open);
  const errors = folded.entries.filter(({ severity }) => severity === 'error');
  const looked = errors.slice(0, errorsLookedAt);
  const allowed = allowedOf(looked, allows);
  return {
    errors: grouped(looked.filter((_, index) => allowed[index] !== true)),
    found: errors.length,
    allowed: allowed.filter((isAllowed) => isAllowed).length,
    isCut: errors.length > looked.length,
    open: folded.open,
  };
}

/** By the message, or by the line as it was written. */
function allowedOf(entries: readonly Entry[], allows: Allows): boolean[] {
  if (entries.length === 0) return [];
  const answers = allows(entries.flatMap(({ text, line }) => [text, line]));
  return entries.map((_, index) => answers[2 * index] === true || answers[2 * index + 1] === true);
}

function grouped(entries: readonly Entry[]): ErrorGroup[] {
  const groups = new Map<string, { text: string; sample: string; times: number[] }>();
  for (const entry of entries) {
    const said = maskCredentials(entry.text.slice(0, charactersMasked));
    const text = withException(maskLine(said), entry.exception);
    const group = groups.get(text) ?? { text, sample: oneLine(said).slice(0, charactersOfSample), times: [] };
    group.times.push(timeOf(entry.at));
    groups.set(text, group);
  }
  return [...groups.values()];
}

/** The same message with another class of error is another error. */
function withException(text: string, exception: string | null): string {
  return exception === null || text.includes(exception) ? text : `${text} [${exception}]`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\uFFFD]+/gu, ' ').trim();
}

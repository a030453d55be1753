/**
 * The lines of a container's log, put together to what was said: a stack trace belongs to the line before it. Pure.
 *
 * A log is read in pieces, so what the last piece ended with is handed on: what continues it is no message of its own.
 */
import { stripVTControlCharacters } from 'node:util';
import { exceptionOf, readJsonLine, readLogfmtLine, type SaidLine } from './structured-line.ts';
import { severityOfText } from './severity.ts';

/** A line, with the time at which the container's runtime got it. */
export interface LogLine {
  /** As the API server writes it: RFC 3339. */
  readonly at: string;
  readonly text: string;
}

/**
 * What the next line may be: the rest of a line, the message that a line announces, a part of Python's traceback, or of a
 * dump of Go's goroutines.
 */
export type Open = 'nothing' | 'line' | 'message' | 'traceback' | 'goroutines';

export interface Entry extends SaidLine {
  readonly at: string;
  /** The line as it was written, but for what it has too much. */
  readonly line: string;
}

interface Folded {
  readonly entries: readonly Entry[];
  readonly open: Open;
}

/** Of a longer line, no more is looked at; JSON has to be complete to be read. */
const charactersLookedAt = 2_000;
const charactersOfJson = 16_384;

export function foldLines(lines: Iterable<LogLine>, before: Open): Folded {
  const entries: Entry[] = [];
  let open = before;
  for (const { at, text } of lines) {
    const line = stripVTControlCharacters(text.slice(0, charactersOfJson)).trimEnd();
    const last = entries.at(-1);
    const continued = continuation(line, open, last);
    if (continued === null) entries.push({ at, ...read(line) });
    else if (last !== undefined) entries[entries.length - 1] = withMore(last, line, open);
    open = continued ?? openedBy(line);
  }
  return { entries, open };
}

function read(line: string): Omit<Entry, 'at'> {
  const json = readJsonLine(line);
  const text = line.slice(0, charactersLookedAt);
  if (json !== null) return { ...json, line: text };
  const plain = { severity: severityOfText(text), text, exception: exceptionOf(text) };
  return { ...(readLogfmtLine(text) ?? plain), line: text };
}

const traceback = 'Traceback (most recent call last):';
const goroutine = /^goroutine \d{1,9} \[/;
const ofGoroutines = /^(?:goroutine \d{1,9} \[|created by |exit status |\[signal |\.\.\.|[\w./*()$-]{1,300}\()/;
const ofTrace =
  /^(?:Caused by: |Suppressed: |\.\.\. \d{1,9} |at [\w$.<>]{1,300}[ (]|[})\]]{1,5}[,;]?$|During handling of the above |The above exception was )/;
/** Some indent whole messages. */
const indentedHead = /^\s{1,8}(?:\d{4}-\d\d-\d\d|(?:ERROR|FATAL|CRITICAL|WARN(?:ING)?|INFO|DEBUG|TRACE)\b)/;

/** What is open after a line that continues the one before; null where it begins something new. */
function continuation(line: string, open: Open, last: Entry | undefined): Open | null {
  if (line === '') return open;
  if (open === 'message') return 'line';
  if (/^\s/.test(line)) return indentedHead.test(line) ? null : open;
  if (open === 'traceback') return line.startsWith('{') ? null : 'line';
  if (open === 'goroutines' && ofGoroutines.test(line)) return 'goroutines';
  if (goroutine.test(line) && open === 'line') return 'goroutines';
  if (ofTrace.test(line)) return open;
  if (last?.severity !== 'error') return null;
  if (line === traceback) return 'traceback';
  // Java's loggers write the exception below the message.
  return last.exception === null && !line.startsWith('{') && exceptionOf(line) !== null ? 'line' : null;
}

/** Rust, and .NET, write the message below. */
const announces = /(?:^thread '.{1,100}' panicked at .{1,300}:|^(?:fail|crit): \S{1,200}\[\d{1,9}\])$/;

function openedBy(line: string): Open {
  if (line === traceback) return 'traceback';
  if (/^(?:panic|fatal error): /.test(line) || goroutine.test(line)) return 'goroutines';
  return announces.test(line) ? 'message' : 'line';
}

function withMore(last: Entry, line: string, open: Open): Entry {
  if (open === 'message' && line !== '') return { ...last, text: `${last.text} ${line.trim()}` };
  const exception = exceptionOf(line);
  if (last.line === traceback && open === 'traceback' && /^\S/.test(line)) {
    return { ...last, text: line.slice(0, charactersLookedAt), exception };
  }
  return last.exception === null && exception !== null ? { ...last, exception } : last;
}

/**
 * Lines that loggers write for machines: one JSON object (pino, winston, zap, Logback, Python, Serilog, ECS, OpenTelemetry), or
 * `level=error msg="…"` (logfmt: logrus, slog). Pure.
 */
import { severityOfLevel, severityOfText, type Severity } from './severity.ts';

/** What a line says, whatever its format. */
export interface SaidLine {
  readonly severity: Severity;
  /** The message, with that of its error where the line has both. */
  readonly text: string;
  /** The class of the error, where the line names it: `IllegalStateException`. */
  readonly exception: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const levelNames = ['level', 'severity', 'log.level', 'levelname', 'level_name', 'lvl', 'loglevel', 'LogLevel', '@l'];
const otherLevelNames = ['severityText', 'SeverityText', 'severity_text', 'level_value', 'priority'];
const messageNames = [
  'msg',
  'message',
  '@mt',
  '@m',
  'MessageTemplate',
  'event',
  'body',
  'Body',
  'text',
  'log',
  'Message',
];
const errorNames = ['err', 'error', 'exception', 'exc_info', 'exc_text', 'stack_trace', 'stack', 'stacktrace', '@x'];
const otherErrorNames = [
  'error.message',
  'error_message',
  'error.stack_trace',
  'exception.message',
  'Exception',
  'thrown',
];
const typeNames = ['error.type', 'exception.type', 'exception_class', 'error_type', 'exc_type'];

/** null where the line is no such object, or an empty one. */
export function readJsonLine(line: string): SaidLine | null {
  if (!line.startsWith('{')) return null;
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null ? said(fields as Fields) : null;
  } catch {
    return null;
  }
}

const pair = /(?:^|\s)([A-Za-z_][\w.]{0,40})=("(?:[^"\\]|\\.){0,2000}"|[^\s"]{0,2000})/g;
const pairsRead = 50;

/** null where the line has no level, or no message. */
export function readLogfmtLine(line: string): SaidLine | null {
  if (!/(?:^|\s)(?:level|lvl|severity)=/.test(line) || !/(?:^|\s)(?:msg|message|event)=/.test(line)) return null;
  const fields: Record<string, string> = {};
  let read = 0;
  for (const [, name = '', value = ''] of line.matchAll(pair)) {
    fields[name] ??= value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
    read += 1;
    if (read >= pairsRead) break;
  }
  return said(fields);
}

function said(fields: Fields): SaidLine | null {
  const message = textOf(first(fields, messageNames));
  const error = errorOf(fields);
  const text = together(message, error?.message ?? '');
  if (text === '') return null;
  const level = severityOfLevel(first(fields, levelNames) ?? nestedLevel(fields) ?? first(fields, otherLevelNames));
  const severity = level ?? (error === null ? severityOfText(text) : 'error');
  return { severity, text, exception: textOf(first(fields, typeNames)) || error?.type || null };
}

/** Elastic's common schema may be nested, and so is Python's with some formatters. */
function nestedLevel({ log }: Fields): unknown {
  return typeof log === 'object' && log !== null ? (log as Fields)['level'] : undefined;
}

interface SaidError {
  readonly type: string | null;
  readonly message: string;
}

function errorOf(fields: Fields): SaidError | null {
  const value = first(fields, errorNames) ?? first(fields, otherErrorNames);
  if (typeof value === 'string') return errorOfText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { type, name, class: className, message, msg, stack, stack_trace: stackTrace } = value as Fields;
  const [ofStack] = [stack, stackTrace].flatMap((one) => (typeof one === 'string' ? [errorOfText(one)] : []));
  const named = [type, name, className].map(textOf).find((text) => text !== '');
  return {
    type: simpleName(named ?? null) ?? ofStack?.type ?? null,
    message: textOf(message) || textOf(msg) || (ofStack?.message ?? ''),
  };
}

/** The head of a stack trace, or the end of Python's. */
function errorOfText(text: string): SaidError | null {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const head = lines[0]?.startsWith('Traceback ') === true ? lines.findLast((line) => /^\S/.test(line)) : lines[0];
  const [, type = null, message = head ?? ''] = exceptionHead.exec(head ?? '') ?? [];
  return message.trim() === '' && type === null ? null : { type: simpleName(type), message: message.trim() };
}

/** `java.lang.IllegalStateException: no such order`, `ValueError: bad`, `Error [ERR_X]: bad`. */
const exceptionHead =
  /^(?:Exception in thread "[^"]{0,100}" |Caused by: |Uncaught )?((?:[\w$]{1,100}[./:]{1,2}){0,12}[\w$]{0,100}(?:Error|Exception|Exit|Interrupt)[\w$]{0,40})(?: \[\w{1,60}\])?(?::\s?|$)(.*)/;

/** The class of an error that begins a line of text, without its package; null where none does. */
export function exceptionOf(line: string): string | null {
  return simpleName(exceptionHead.exec(line)?.[1] ?? null);
}

function simpleName(name: string | null): string | null {
  return name?.split(/[./:]/).at(-1) ?? null;
}

function together(message: string, error: string): string {
  if (message === '' || error === '') return message || error;
  return message.includes(error) ? message : `${message}: ${error}`;
}

function first(fields: Fields, names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(fields, one) && fields[one] !== null && fields[one] !== '');
  return name === undefined ? undefined : fields[name];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

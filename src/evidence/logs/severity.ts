/** Which lines are errors: by their level where they have one, and else by words that hardly mean anything else. Pure. */

export type Severity = 'error' | 'other';

const errorLevels = /^(?:e|err|error|eror|erro|f|fatal|critical|crit|severe|panic|dpanic|emerg|emergency|alert|fail)$/i;

/** A level as loggers write it in a field: a word, or a number on the scale of one of them; null where it says nothing. */
export function severityOfLevel(level: unknown): Severity | null {
  if (typeof level === 'string') {
    const word = level.trim();
    if (/^\d{1,6}$/.test(word)) return severityOfNumber(Number(word));
    return /^[A-Za-z]{1,20}$/.test(word) ? severityOf(errorLevels.test(word)) : null;
  }
  return typeof level === 'number' ? severityOfNumber(level) : null;
}

/** Below 8: syslog and GELF. Up to 99: pino and bunyan, whose warnings are Python's errors. Then Monolog; then Logback. */
function severityOfNumber(level: number): Severity {
  if (level < 8) return severityOf(level <= 3);
  if (level < 100) return severityOf(level >= 50);
  return severityOf(level < 1_000 ? level >= 400 : level >= 40_000);
}

const anyLevel =
  /(?<![\w./-])(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|SEVERE|CRITICAL|CRIT|FATAL|PANIC|EMERG(?:ENCY)?|ALERT)(?![\w./-]|\s?=)/;
/** Of loggers that write levels small: `[error]`, `error:`, or the first word after the time. */
const smallLevel =
  /(?:^|[\s\]])\[?(?:\w{1,30}:)?(trace|debug|info|notice|warn(?:ing)?|error|err|crit(?:ical)?|fatal|panic|emerg|alert|fail)(?:\]|:(?=\s|$)(?!\s{0,3}(?:0|no|none|null|nil|false)\b))/i;
/** klog's, and the priority of syslog. */
const glog = /^([DIWEF])\d{4} \d\d:\d\d:\d\d/;
const priority = /^<([0-7])>/;

const errorWords: readonly RegExp[] = [
  /(?:^|[\s:.(])(?:[A-Za-z_$][\w$]{0,100})?(?:Error|Exception)(?:\s\[\w{1,60}\])?(?::\s|$)/,
  /^(?:\w{1,60}[.:/$]){0,12}\w{0,100}(?:Error|Exception)\b/,
  /^(?:uncaught|unhandled)\b.{0,60}\b(?:error|exception|rejection)/i,
  /^Exception in thread /,
  /^Traceback \(most recent call last\):/,
  /^panic: /,
  /^fatal error: /,
  /^thread '.{1,100}' panicked at /,
  /^Segmentation fault\b/,
  /^goroutine \d{1,9} \[/,
  /\bpanic serving /,
];

/** Where a level stands in a line of text. */
const charactersOfLevel = 200;

/** The severity of a line of plain text. A level that it names decides, whatever else it says. */
export function severityOfText(line: string): Severity {
  const begins = line.slice(0, charactersOfLevel);
  const level = glog.exec(begins)?.[1] ?? anyLevel.exec(begins)?.[0] ?? smallLevel.exec(begins)?.[1];
  const [, syslog] = priority.exec(begins) ?? [];
  if (syslog !== undefined) return severityOf(Number(syslog) <= 3);
  if (level !== undefined) return severityOf(errorLevels.test(level));
  return severityOf(errorWords.some((words) => words.test(line)));
}

function severityOf(isError: boolean): Severity {
  return isError ? 'error' : 'other';
}

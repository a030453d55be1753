/** What ends a command early, and how it is told: a line for people, a document for programs, an exit code. */
import { describeFileMistakes, NoWorker, type FileMistake } from '../client/index.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';

/** The command was not given as it has to be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A spec file has mistakes: nothing was started. */
export class SpecInvalid extends Error {
  override readonly name = 'SpecInvalid';
  readonly mistakes: readonly FileMistake[];
  readonly beside: Beside;

  constructor(mistakes: readonly FileMistake[], beside: Beside = { document: {}, lines: [] }) {
    super(describeFileMistakes(mistakes));
    this.mistakes = mistakes;
    this.beside = beside;
  }
}

/** What was found beside the mistakes: for programs, and for people. */
interface Beside {
  readonly document: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** A deployment does not do what was asked of it; `details` go into the JSON document. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.details = details;
  }
}

export interface ToldError {
  readonly exitCode: ExitCode;
  /** For people: no stack trace. */
  readonly text: string;
  /** For programs, under `error`. */
  readonly document: Readonly<Record<string, unknown>>;
}

export function tell(error: unknown): ToldError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const document = { name, message };
  const exitCode = exitCodes.error;
  if (error instanceof UsageError) return { exitCode: exitCodes.usage, text: message, document };
  if (error instanceof SpecInvalid) {
    const { mistakes, beside } = error;
    const text = [message, ...beside.lines].join('\n');
    return { exitCode: exitCodes.usage, text, document: { ...document, mistakes, ...beside.document } };
  }
  if (error instanceof Refused) return { exitCode, text: message, document: { ...document, ...error.details } };
  if (error instanceof NoWorker) {
    const { lastKnown } = error;
    const known = lastKnown === null ? '' : `; last known: ${lastKnown.summary}`;
    return { exitCode, text: `${message}${known}`, document: { ...document, lastKnown } };
  }
  return { exitCode, text: message, document };
}

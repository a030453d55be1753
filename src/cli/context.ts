/** What every command works with, and how it answers. */
import { connect, type CutoverClient } from '../client/index.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
import type { TextOptions } from './render/spans.ts';

export interface CommonOptions {
  readonly json?: boolean;
}

export class CommandContext {
  readonly terminal: Terminal;
  readonly json: boolean;
  #client: CutoverClient | null = null;

  constructor(terminal: Terminal, { json = false }: CommonOptions) {
    this.terminal = terminal;
    this.json = json;
  }

  /** How text is to be laid out. */
  get layout(): TextOptions & { readonly now: Date } {
    const { isInteractive, colours, now, size } = this.terminal;
    return { width: isInteractive ? size().columns : Infinity, colours: colours && !this.json, now: now() };
  }

  /** The connection to Temporal, made when it is first needed. */
  async client(): Promise<CutoverClient> {
    this.#client ??= await connect({ env: this.terminal.env });
    return this.#client;
  }

  /** The command's answer on standard output: a document for programs, or text for people. */
  answer(document: unknown, text: string): void {
    this.terminal.out(this.json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** A line on the way to the answer; it leaves standard output to the document where one is wanted. */
  say(line: string): void {
    if (this.json) this.terminal.err(`${line}\n`);
    else this.terminal.out(`${line}\n`);
  }

  /** A line that is no part of the answer. */
  warn(line: string): void {
    this.terminal.err(`${line}\n`);
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }
}

/** Runs one command to its exit code. */
export type Execute = (options: CommonOptions, work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

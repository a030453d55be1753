/** Starts `npm run sandbox` as a process of its own, for the demo and the tests. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { writeCommand, type ControlAnswer, type ControlCommand } from './control.ts';
import { defaultOptions, toArguments, type SandboxOptions } from './options.ts';
import type { SandboxInfo } from './sandbox.ts';

export interface LaunchedSandbox {
  readonly info: SandboxInfo;
  /** Kills one of `info.programs` as a crash would; it stays dead until `restart`. */
  kill(program: string): Promise<void>;
  /** Starts a program again with the same data and ports; resolves when it is ready. */
  restart(program: string): Promise<void>;
  /** Ends everything; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface LaunchOptions extends Partial<SandboxOptions> {
  /** Told what is fetched or built, as text to show. */
  readonly onProgress?: (text: string) => void;
}

/** Resolves once the sandbox is up; rejects with what it said when it does not come up. */
export async function launchSandbox({ onProgress, ...options }: LaunchOptions = {}): Promise<LaunchedSandbox> {
  const sandbox = new SandboxProcess(toArguments({ ...defaultOptions, ...options }), onProgress);
  const info = await sandbox.up();
  return {
    info,
    kill: (program) => sandbox.command({ kind: 'kill', program }),
    restart: (program) => sandbox.command({ kind: 'restart', program }),
    stop: () => sandbox.stop(),
  };
}

class SandboxProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  #said = '';
  #lastCommand: Promise<unknown> = Promise.resolve();

  constructor(args: readonly string[], onProgress: LaunchOptions['onProgress']) {
    // Ctrl-C is for the launcher: it ends the sandbox when it is done with it.
    const command = [programPath(), '--json', ...args];
    this.#child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    // A write to a sandbox that is gone: that it is gone is what is reported.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4_000);
      onProgress?.(text);
    });
    this.#ended = once(this.#child, 'close');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async up(): Promise<SandboxInfo> {
    return JSON.parse(await this.#nextLine()) as SandboxInfo;
  }

  /** One at a time: the answers come in the order of the commands. */
  command(command: ControlCommand): Promise<void> {
    const done = this.#lastCommand.then(async () => {
      this.#child.stdin.write(writeCommand(command));
      const { error } = JSON.parse(await this.#nextLine()) as ControlAnswer;
      if (error !== null) throw new Error(`could not ${command.kind} ${command.program}: ${error}`);
    });
    this.#lastCommand = done.catch(() => undefined);
    return done;
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #nextLine(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    await this.#ended;
    throw new Error(this.#said.trim() === '' ? 'the sandbox has ended' : this.#said.trim());
  }
}

function programPath(): string {
  const built = import.meta.url.endsWith('.ts') ? '../dist/sandbox/main.js' : './main.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build`);
  return path;
}

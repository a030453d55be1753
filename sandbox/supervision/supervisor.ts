/** Starts the sandbox's programs, each in a process group of its own, and ends them again, whatever happens. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { killGroup } from './process-group.ts';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Resolves to true once the program does its work. */
  readonly isReady: () => Promise<boolean>;
  /** How long it may take to get there. */
  readonly timeoutMs: number;
}

export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
}

export class Supervisor {
  readonly runDirectory: string;
  readonly #guardian: ChildProcess;
  readonly #running = new Map<number, { readonly child: ChildProcess; readonly program: Program }>();
  readonly #onUnexpectedEnd: (name: string) => void;
  #stopping = false;

  constructor(runDirectory: string, onUnexpectedEnd: (name: string) => void) {
    this.runDirectory = runDirectory;
    this.#onUnexpectedEnd = onUnexpectedEnd;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const guardian = fileURLToPath(new URL(`./guardian.${extension}`, import.meta.url));
    this.#guardian = spawn(process.execPath, [guardian, runDirectory], {
      detached: true,
      stdio: ['pipe', 'ignore', createLog(runDirectory, 'guardian')],
    });
    // A pipe that breaks because the guardian was killed must not end the sandbox.
    this.#guardian.stdin?.on('error', () => undefined);
  }

  register(group: number): void {
    this.#guardian.stdin?.write(`+${group}\n`);
  }

  unregister(group: number): void {
    this.#guardian.stdin?.write(`-${group}\n`);
  }

  /** Starts a program and waits until it is ready. Rejects with the end of its log when it is not in time. */
  async start(program: Program): Promise<RunningProgram> {
    const log = openSync(this.#logOf(program.name), 'a');
    const child = spawn(program.command, [...program.args], {
      cwd: this.runDirectory,
      env: program.env ?? process.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${program.name} could not be started: ${await ended}`);
    this.#running.set(pid, { child, program });
    this.register(pid);
    void ended.then(() => {
      this.#running.delete(pid);
      this.unregister(pid);
      if (!this.#stopping) this.#onUnexpectedEnd(program.name);
    });
    await this.#becomeReady(program, ended);
    return { name: program.name, pid };
  }

  /** Ends every program, kindly at first; then the guardian, which removes the run directory. */
  async stop(graceMs = 5_000): Promise<void> {
    this.#stopping = true;
    const programs = [...this.#running].toReversed();
    const gone = programs.map(
      ([, { child }]) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve();
          else child.once('exit', () => resolve());
        }),
    );
    for (const [pid] of programs) killGroup(pid, 'SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      Promise.all(gone),
      delay(graceMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    for (const [pid] of this.#running) killGroup(pid);
    await Promise.all(gone);
    await this.#dismissGuardian();
  }

  async #dismissGuardian(): Promise<void> {
    if (this.#guardian.exitCode !== null || this.#guardian.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#guardian.once('exit', () => resolve()));
    this.#guardian.stdin?.end();
    await gone;
  }

  async #becomeReady(program: Program, ended: Promise<string>): Promise<void> {
    const deadline = Date.now() + program.timeoutMs;
    const end: { reason: string | null } = { reason: null };
    void ended.then((reason) => {
      end.reason = reason;
    });
    while (!(await program.isReady().catch(() => false))) {
      const late = Date.now() > deadline ? `it is not ready after ${program.timeoutMs / 1_000} s` : null;
      const problem = end.reason ?? late;
      if (problem !== null)
        throw new Error(`${program.name} did not start: ${problem}\n${this.#endOfLog(program.name)}`);
      await delay(50);
    }
  }

  #endOfLog(name: string): string {
    return readFileSync(this.#logOf(name), 'utf8').split('\n').slice(-15).join('\n');
  }

  #logOf(name: string): string {
    return join(this.runDirectory, `${name}.log`);
  }
}

function createLog(runDirectory: string, name: string): number {
  return openSync(join(runDirectory, `${name}.log`), 'a');
}

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killGroup } from './process-group.ts';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves to true once the program does its work; a rejection is a no. */
  readonly isReady: () => Promise<boolean>;
  /** How long it may take to get there. */
  readonly timeoutMs: number;
  /** `terminate` where it has something to write before it ends, `kill` where what it holds goes with the sandbox. */
  readonly ending: 'terminate' | 'kill';
}

/** One life of a program, from its start to its end. */
export class ProgramRun {
  readonly program: Program;
  readonly pid: number;
  /** Settles with how it ended. */
  readonly ended: Promise<string>;
  readonly #logFile: string;
  #end: string | null = null;
  #isExpected = false;

  /** Rejects where the program cannot be executed. Its output goes to `<name>.log`, its pid to `<name>.pid`. */
  static async spawn(program: Program, runDirectory: string): Promise<ProgramRun> {
    const logFile = join(runDirectory, `${program.name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(program.command, [...program.args], {
      cwd: runDirectory,
      env: environment(runDirectory),
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const ended = endOf(child);
    if (child.pid === undefined) throw new Error(`${program.name} could not be started: ${await ended}`);
    writeFileSync(join(runDirectory, `${program.name}.pid`), `${child.pid}\n`);
    return new ProgramRun(program, child.pid, ended, logFile);
  }

  private constructor(program: Program, pid: number, ended: Promise<string>, logFile: string) {
    this.program = program;
    this.pid = pid;
    this.#logFile = logFile;
    this.ended = ended.then((end) => {
      this.#end = end;
      return end;
    });
  }

  /** It was told to end, so its end is no failure. */
  get isExpectedToEnd(): boolean {
    return this.#isExpected;
  }

  /** Rejects with the end of its log when it ends or is not ready in time. */
  async ready(): Promise<void> {
    const { name, isReady, timeoutMs } = this.program;
    const deadline = Date.now() + timeoutMs;
    while (!(await isReady().catch(() => false)) || this.#end !== null) {
      if (this.#isExpected) throw new Error(`${name} was stopped while it was starting`);
      const late = Date.now() > deadline ? `it is not ready after ${timeoutMs / 1_000} s` : null;
      const problem = this.#end ?? late;
      if (problem !== null) throw new Error(`${name} did not start: ${problem}\n${this.#endOfLog()}`);
      await delay(25);
    }
  }

  /** Resolves when it is gone: in the way that the program asks for, and killed where that takes longer than the grace. */
  async end(graceMs: number): Promise<void> {
    this.#isExpected = true;
    if (this.program.ending === 'terminate') {
      killGroup(this.pid, 'SIGTERM');
      const patience = new AbortController();
      const late = delay(graceMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([this.ended, late]);
      patience.abort();
    }
    await this.kill();
  }

  async kill(): Promise<void> {
    this.#isExpected = true;
    if (this.#end === null) killGroup(this.pid);
    await this.ended;
  }

  #endOfLog(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  }
}

/** None of the user's own settings: etcd, Temporal and others read dozens of variables, and files in the home directory. */
function environment(runDirectory: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], HOME: runDirectory };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // A process that was started has errors too, such as a failed signal; its end still comes.
      if (child.pid === undefined) resolve(error.message);
    });
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sandbox's end of the pipe to its guardian. */
export class GuardianLink {
  readonly #process: ChildProcess;

  constructor(runDirectory: string) {
    // It is a program of its own, so from the sources (in tests) too it is the built one that runs.
    const built = import.meta.url.endsWith('.ts') ? '../../dist/sandbox/supervision/guardian.js' : './guardian.js';
    const program = fileURLToPath(new URL(built, import.meta.url));
    const log = openSync(join(runDirectory, 'guardian.log'), 'a');
    this.#process = spawn(process.execPath, [program, runDirectory], {
      detached: true,
      stdio: ['pipe', 'ignore', log],
    });
    closeSync(log);
    // A pipe that breaks because the guardian was killed must not end the sandbox.
    this.#process.stdin?.on('error', () => undefined);
  }

  /** From now on the group is killed when the sandbox dies. */
  register(group: number): void {
    this.#process.stdin?.write(`+${group}\n`);
  }

  unregister(group: number): void {
    this.#process.stdin?.write(`-${group}\n`);
  }

  /** Lets the guardian do its work now; resolves when it is gone, and with it what it was told of. */
  async dismiss(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.stdin?.end();
    await gone;
  }
}

import { rm } from 'node:fs/promises';
import { GuardianLink } from './guardian-link.ts';
import { ProgramRun, type Program } from './program.ts';

/** Starts the sandbox's programs, each in a process group of its own, and ends them again, whatever happens. */
export class Supervisor {
  readonly runDirectory: string;
  readonly #guardian: GuardianLink;
  readonly #runs = new Map<string, ProgramRun>();
  readonly #onUnexpectedEnd: (name: string, end: string) => void;
  #stopped: Promise<void> | null = null;

  /** The run directory exists and is removed by `stop`, or by the guardian when this process dies. */
  constructor(runDirectory: string, onUnexpectedEnd: (name: string, end: string) => void) {
    this.runDirectory = runDirectory;
    this.#guardian = new GuardianLink(runDirectory);
    this.#onUnexpectedEnd = onUnexpectedEnd;
  }

  /** Takes a process group that somebody else started under the guardian's protection. */
  register(group: number): void {
    this.#guardian.register(group);
  }

  unregister(group: number): void {
    this.#guardian.unregister(group);
  }

  /** The process ids of the programs, by name. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#runs].map(([name, { pid }]) => [name, pid]));
  }

  /** Starts a program and waits until it is ready. Rejects with the end of its log when it is not in time. */
  async start(program: Program): Promise<void> {
    this.#refuseWhenStopping(program.name);
    const run = await ProgramRun.spawn(program, this.runDirectory);
    this.#guardian.register(run.pid);
    this.#runs.set(program.name, run);
    let wasReady = false;
    void run.ended.then((end) => {
      this.#guardian.unregister(run.pid);
      if (wasReady && !run.isExpectedToEnd) this.#onUnexpectedEnd(program.name, end);
    });
    await run.ready();
    this.#refuseWhenStopping(program.name);
    wasReady = true;
  }

  /** Kills a program as a crash would; resolves when it is gone. It stays so until `restart`. */
  async kill(name: string): Promise<void> {
    await this.#runOf(name).kill();
  }

  /** Starts a program that was killed again, as it was; resolves when it is ready. */
  async restart(name: string): Promise<void> {
    const run = this.#runOf(name);
    await run.kill();
    await this.start(run.program);
  }

  /** Ends every program within the grace, then the guardian, and removes the run directory. */
  stop(graceMs = 4_000): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  async #stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.end(graceMs)));
    await this.#guardian.dismiss();
    // The guardian does this as well, unless somebody killed it.
    await rm(this.runDirectory, { recursive: true, force: true, maxRetries: 5 });
  }

  #refuseWhenStopping(name: string): void {
    if (this.#stopped !== null) throw new Error(`${name} is not started: the sandbox is stopping`);
  }

  #runOf(name: string): ProgramRun {
    const run = this.#runs.get(name);
    if (run !== undefined) return run;
    throw new Error(`the sandbox has no program ${name}: it has ${[...this.#runs.keys()].join(', ')}`);
  }
}

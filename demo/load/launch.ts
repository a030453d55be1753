import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './child-message.ts';
import { completeOptions } from './options.ts';
import type { LoadOptions } from './options.ts';
import type { LoadReport, LoadStats } from './report.ts';

export interface LaunchOptions extends LoadOptions {
  /** Called with each snapshot. */
  readonly onStats?: (stats: LoadStats) => void;
  /** Time between two snapshots. Default 250. */
  readonly statsEveryMs?: number;
}

/** A load that runs in a process of its own. */
export interface LaunchedLoad {
  readonly pid: number;
  /** The last snapshot. */
  stats(): LoadStats;
  mark(name: string): void;
  /** Sends no more, waits for the answers of what is in flight, and for the process to end. */
  stop(): Promise<LoadReport>;
  /** Settles when the load has ended; rejects when its process died without a report. */
  readonly finished: Promise<LoadReport>;
}

/**
 * Starts a load in a process of its own, so that nothing here slows it down, and resolves once it has begun to send.
 * Throws or rejects when the options are wrong or the process cannot be started.
 */
export async function launchLoad({ onStats, statsEveryMs = 250, ...options }: LaunchOptions): Promise<LaunchedLoad> {
  completeOptions(options);
  const child = fork(childPath(), { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const load = new ChildLoad(child, onStats);
  load.tell({ kind: 'start', options, statsEveryMs });
  await load.started;
  return load;
}

class ChildLoad implements LaunchedLoad {
  readonly started: Promise<void>;
  readonly finished: Promise<LoadReport>;
  readonly #child: ChildProcess;
  #stats: LoadStats | undefined;
  #report: LoadReport | undefined;
  #complaint = '';

  constructor(child: ChildProcess, onStats: ((stats: LoadStats) => void) | undefined) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text.slice(0, 2_000)));
    this.finished = this.#ended();
    const firstStats = new Promise<void>((resolve) => {
      child.on('message', (message: FromChild) => {
        this.#hear(message, onStats);
        if (message.kind === 'stats') resolve();
      });
    });
    this.started = Promise.race([firstStats, this.finished.then(() => undefined)]);
    // Whoever waits for `finished` hears of it; nobody has to.
    this.finished.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  stats(): LoadStats {
    if (!this.#stats) throw new Error('the load has not begun');
    return this.#stats;
  }

  mark(name: string): void {
    this.tell({ kind: 'mark', name });
  }

  async stop(): Promise<LoadReport> {
    this.tell({ kind: 'stop' });
    return await this.finished;
  }

  tell(message: ToChild): void {
    // The callback takes the error of a process that has just ended, of which `finished` tells.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #hear(message: FromChild, onStats: ((stats: LoadStats) => void) | undefined): void {
    switch (message.kind) {
      case 'stats':
        this.#stats = message.stats;
        return onStats?.(message.stats);
      case 'report':
        this.#report = message.report;
        return;
      case 'refused':
        this.#complaint += message.message;
    }
  }

  async #ended(): Promise<LoadReport> {
    const how = await new Promise<string>((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    });
    if (this.#report) return this.#report;
    throw new Error(`the load generator gave no report: ${[how, this.#complaint.trim()].filter(Boolean).join(': ')}`);
  }
}

/** Node cannot run the sources: from there (in tests), it is the built one. */
function childPath(): string {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/demo/load/child.js' : './child.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build`);
  return path;
}

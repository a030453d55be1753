import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';

/** The logs of one container: that of the current run and that of the one before. */
export class ContainerLogs {
  readonly #directory: string;
  #runs = 0;
  current: LogFile | undefined;
  previous: LogFile | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Begins the log of a new run; the one before the previous is deleted. */
  async begin(): Promise<LogFile> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const log = await LogFile.create(join(this.#directory, `${this.#runs}.log`));
    this.#runs += 1;
    const oldest = this.previous;
    this.previous = this.current;
    this.current = log;
    if (oldest) await Promise.all([rm(oldest.path, { force: true }), rm(`${oldest.path}.1`, { force: true })]);
    return log;
  }
}

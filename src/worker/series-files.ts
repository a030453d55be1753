/**
 * The looks of all watches in files, one a deployment: `<namespace>.<app>.<run>.ndjson`, a line a look. A file that has become
 * large makes room by becoming `….1.ndjson`, in place of the one that was so before: a deployment has two at most.
 */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawLook, RawSeries } from '../evidence/raw-series.ts';

export interface SeriesFilesOptions {
  readonly directory: string;
  /** Told when looks can't be kept, once until they can again. */
  readonly warn: (line: string) => void;
  /** The bytes of one file. */
  readonly most?: number;
  readonly write?: (file: string, text: string) => Promise<void>;
}

const mostBytes = 16_000_000;
/** A disk that hangs must not fill the memory: looks beyond this many are left out. */
const mostWaiting = 200;

export class SeriesFiles implements RawSeries {
  readonly #options: Required<SeriesFilesOptions>;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isTroubled = false;

  constructor(options: SeriesFilesOptions) {
    this.#options = { most: mostBytes, write: (file, text) => appendFile(file, text), ...options };
  }

  readonly append = (look: RawLook): void => {
    if (this.#waiting >= mostWaiting) {
      this.#trouble(`${mostWaiting} looks wait to be written`);
      return;
    }
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#keep(look)).finally(() => (this.#waiting -= 1));
  };

  /** Resolves when all that was given so far is written, or is known not to be. */
  written(): Promise<void> {
    return this.#last;
  }

  async #keep(look: RawLook): Promise<void> {
    const { directory, most, write } = this.#options;
    const [namespace, app] = look.deployment.split('/');
    const name = join(directory, `${namespace}.${app}.${look.run}`);
    try {
      await mkdir(directory, { recursive: true });
      if ((await sizeOf(`${name}.ndjson`)) >= most) await rename(`${name}.ndjson`, `${name}.1.ndjson`);
      await write(`${name}.ndjson`, `${JSON.stringify(look)}\n`);
      this.#isTroubled = false;
    } catch (error) {
      this.#trouble(error instanceof Error ? error.message : String(error));
    }
  }

  #trouble(reason: string): void {
    if (!this.#isTroubled)
      this.#options.warn(`the looks of watches are not kept in ${this.#options.directory}: ${reason}`);
    this.#isTroubled = true;
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

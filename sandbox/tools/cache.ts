/**
 * Where the sandbox keeps the binaries that it fetched or built: once for the user, never half-written.
 *
 * 1. A file is in the cache only together with its checksum; one whose checksum differs is not used.
 * 2. It is written beside its place and moved there, so that nobody sees a half of it.
 * 3. A binary `x` that needs others has them in the folder `x.d`, each with a checksum too.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { formatHolder, isHolderAlive, ownHolder, parseHolder } from './holder.ts';

const unfinished = '.part-';

export class BinaryCache {
  readonly directory: string;

  constructor(directory: string = defaultDirectory()) {
    this.directory = directory;
  }

  /** The path of a binary of that key, or null where there is none that is whole. */
  async find(key: string): Promise<string | null> {
    const path = join(this.directory, key);
    try {
      const expected = await readFile(`${path}.sha256`, 'utf8');
      return (await checksums(path)) === expected ? path : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /**
   * Lets `make` write a binary to `target`, and others that it needs into the folder `<target>.d`, with an empty directory
   * for its own use; then keeps it under the key.
   */
  async keep(key: string, make: (target: string, scratch: string) => Promise<void>): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    await this.#removeUnfinished();
    const place = await mkdtemp(join(this.directory, `${unfinished}${formatHolder(ownHolder())}-`));
    try {
      const target = join(place, 'binary');
      const scratch = join(place, 'scratch');
      await mkdir(scratch);
      await make(target, scratch);
      await chmod(target, 0o755);
      const path = join(this.directory, key);
      await writeFile(join(place, 'sha256'), await checksums(target));
      await rm(`${path}.sha256`, { force: true });
      await rm(`${path}.d`, { recursive: true, force: true });
      if ((await companions(target)).length > 0) await rename(`${target}.d`, `${path}.d`);
      await rename(target, path);
      await rename(join(place, 'sha256'), `${path}.sha256`);
      return path;
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  /** What processes that were killed had begun: hundreds of megabytes each. */
  async #removeUnfinished(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (!name.startsWith(unfinished)) continue;
      const holder = parseHolder(name.slice(unfinished.length));
      if (holder === null || isHolderAlive(holder)) continue;
      await rm(join(this.directory, name), { recursive: true, force: true });
    }
  }
}

/** A line for the binary, and one for each that it needs. */
async function checksums(path: string): Promise<string> {
  let lines = `${await sha256(path)}\n`;
  for (const name of await companions(path)) lines += `${await sha256(join(`${path}.d`, name))}  ${name}\n`;
  return lines;
}

async function companions(path: string): Promise<string[]> {
  try {
    return (await readdir(`${path}.d`)).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function defaultDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cutover');
}

/**
 * Where the sandbox keeps the binaries that it fetched or built: once for the user, never half-written.
 *
 * 1. A file is in the cache only together with its checksum; one whose checksum differs is not used.
 * 2. It is written beside its place and moved there, so that nobody sees a half of it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

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
      return (await sha256(path)) === expected.trim() ? path : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Lets `make` write a binary to the path that it is given, then keeps it under the key. */
  async keep(key: string, make: (path: string) => Promise<void>): Promise<string> {
    await mkdir(this.directory, { recursive: true });
    const scratch = await mkdtemp(join(this.directory, '.part-'));
    try {
      const made = join(scratch, 'binary');
      await make(made);
      await chmod(made, 0o755);
      const path = join(this.directory, key);
      await writeFile(join(scratch, 'sha256'), `${await sha256(made)}\n`);
      await rm(`${path}.sha256`, { force: true });
      await rename(made, path);
      await rename(join(scratch, 'sha256'), `${path}.sha256`);
      return path;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function defaultDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cutover');
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

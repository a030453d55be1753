/** A file that is written as a whole or not at all: who reads it meanwhile has the one that was there before. */
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Replaces what is there. Throws an Error that names the file and says why. */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    // A link stays, and what it leads to is replaced; a pipe or a device has nothing to replace.
    const target = await realpath(path).catch(() => path);
    const known = await stat(target).catch(() => null);
    if (known === null || known.isFile()) await replace(target, text);
    else await writeFile(target, text);
  } catch (error) {
    throw new Error(`cannot write ${path}: ${whyOf(error)}`, { cause: error });
  }
}

async function replace(target: string, text: string): Promise<void> {
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeFile(beside, text, { flag: 'wx' });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function whyOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'its folder does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'this user may not write there';
    case 'ENOSPC':
      return 'no space is left there';
    default:
      return message;
  }
}

import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMissing } from './cache.ts';
import { formatHolder, isHolderAlive, ownHolder, parseHolder } from './holder.ts';

export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called when another process holds the lock; `released` resolves when that one does not any more. */
  readonly whileWaiting: (holder: number, released: Promise<void>) => Promise<void>;
}

/** Runs `work` while this process alone holds the lock file; waits for another holder, unless that one is dead. */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const own = `${formatHolder(ownHolder())}_${randomUUID()}`;
  while (!(await take(path, own))) {
    const held = await read(path);
    const holder = held === null ? null : parseHolder(held);
    if (held === null) continue;
    if (holder !== null && isHolderAlive(holder)) {
      await options.whileWaiting(holder.pid, released(path, held, options.signal));
    } else {
      await takeAway(path, held);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** A link appears with its content, so that nobody reads a lock that does not name its holder yet. */
async function take(path: string, own: string): Promise<boolean> {
  const file = `${path}.${own}`;
  await writeFile(file, own);
  try {
    await link(file, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

async function released(path: string, held: string, signal: AbortSignal | undefined): Promise<void> {
  const isHeld = async (): Promise<boolean> => {
    const holder = parseHolder(held);
    return holder !== null && isHolderAlive(holder) && (await read(path)) === held;
  };
  while (await isHeld()) {
    await delay(100, undefined, { signal }).catch((error: unknown) => {
      // Why it was aborted, which the error of the timer does not say.
      signal?.throwIfAborted();
      throw error;
    });
  }
}

/** Removes a dead holder's lock, and no other: by now somebody else may have taken it over. */
async function takeAway(path: string, held: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await read(aside)) !== held) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

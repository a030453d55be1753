import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMissing } from './cache.ts';

/** Runs `work` while this process alone holds the lock file; waits for another holder, unless that one is dead. */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: (holder: number) => void): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let waitedFor: number | null = null;
  while (!(await take(path))) {
    const holder = await holderOf(path);
    if (holder === null || !isAlive(holder)) {
      await rm(path, { force: true });
      continue;
    }
    if (holder !== waitedFor) onWait(holder);
    waitedFor = holder;
    await delay(250);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  // A link appears with its content, so that nobody reads a lock that does not name its holder yet.
  const own = `${path}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function holderOf(path: string): Promise<number | null> {
  try {
    const pid = Number(await readFile(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

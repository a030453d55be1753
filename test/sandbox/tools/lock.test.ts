import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatHolder, ownHolder } from '../../../sandbox/tools/holder.ts';
import { withLock } from '../../../sandbox/tools/lock.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-lock-'));
  path = join(directory, 'lock');
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const whileWaiting = (_holder: number, released: Promise<void>): Promise<void> => released;

it('lets one in at a time, also when all find a dead holder at once', async () => {
  await writeFile(path, `${formatHolder({ pid: process.pid, started: '1' })}_dead`);
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, work, { whileWaiting })));
  expect(most).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

it('says for whom it waits, and stops waiting when told to', async () => {
  await writeFile(path, `${formatHolder(ownHolder())}_other`);
  const enough = new AbortController();
  const waitedFor: number[] = [];
  const waiting = withLock(path, async () => 'never', {
    signal: enough.signal,
    whileWaiting: (holder, released) => {
      waitedFor.push(holder);
      enough.abort(new Error('told to stop'));
      return released;
    },
  });
  await expect(waiting).rejects.toThrow('told to stop');
  expect(waitedFor).toEqual([process.pid]);
});

it('is free again after work that failed', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')), { whileWaiting })).rejects.toThrow('no');
  expect(await withLock(path, async () => 'yes', { whileWaiting })).toBe('yes');
});

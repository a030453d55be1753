import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryCache } from '../../../sandbox/tools/cache.ts';
import { obtain, type Tool } from '../../../sandbox/tools/obtain.ts';

let directory: string;
let cache: BinaryCache;
let made: number;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-cache-'));
  cache = new BinaryCache(join(directory, 'cache'));
  made = 0;
});
afterEach(async () => {
  delete process.env['CUTOVER_TEST_BIN'];
  await rm(directory, { recursive: true, force: true });
});

const quiet = (): void => undefined;

function tool(overrides: Partial<Tool> = {}): Tool {
  return {
    variable: 'CUTOVER_TEST_BIN',
    advice: 'install it',
    key: async () => 'tool-1.0',
    installed: async () => null,
    make: async (target) => {
      made += 1;
      await writeFile(target, 'the binary');
    },
    ...overrides,
  };
}

async function failHalfWay(target: string): Promise<void> {
  await writeFile(target, 'half');
  throw new Error('the network went away');
}

const get = (overrides?: Partial<Tool>): Promise<string> => obtain('temporal', quiet, tool(overrides), cache);

describe('a binary', () => {
  it('is made once and then comes from the cache', async () => {
    const path = await get();
    expect(await get()).toBe(path);
    expect(made).toBe(1);
    expect(await readFile(path, 'utf8')).toBe('the binary');
  });

  it('is made once when several want it at the same time', async () => {
    await Promise.all([get(), get(), get()]);
    expect(made).toBe(1);
  });

  it('is made again when its checksum differs', async () => {
    await writeFile(await get(), 'damaged');
    expect(await readFile(await get(), 'utf8')).toBe('the binary');
    expect(made).toBe(2);
  });

  it('is never left half-written when making it fails', async () => {
    await expect(get({ make: failHalfWay })).rejects.toThrow(
      'could not obtain temporal: the network went away; install it, or name',
    );
    expect(await readdir(cache.directory)).toEqual([]);
    await get();
    expect(made).toBe(1);
  });

  it('named in the environment is used before all else, and has to be executable', async () => {
    process.env['CUTOVER_TEST_BIN'] = process.execPath;
    expect(await get()).toBe(process.execPath);
    process.env['CUTOVER_TEST_BIN'] = join(directory, 'missing');
    await expect(get()).rejects.toThrow('CUTOVER_TEST_BIN names');
    expect(made).toBe(0);
  });

  it('on PATH is used before it is made', async () => {
    expect(await get({ installed: async () => '/usr/bin/true' })).toBe('/usr/bin/true');
    expect(made).toBe(0);
  });

  it('is not waited for when the one that was making it is dead', async () => {
    await mkdir(cache.directory);
    await writeFile(join(cache.directory, 'tool-1.0.lock'), '999999999');
    await get();
    expect(made).toBe(1);
  });
});

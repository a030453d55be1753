import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BinaryCache } from '../../../sandbox/tools/cache.ts';
import { formatHolder, ownHolder } from '../../../sandbox/tools/holder.ts';
import { obtain } from '../../../sandbox/tools/obtain.ts';
import { renderProgress, type Progress } from '../../../sandbox/tools/progress.ts';
import type { MakeContext, Tool, Way } from '../../../sandbox/tools/tool.ts';

let directory: string;
let cache: BinaryCache;
let made: number;
let told: Progress[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-cache-'));
  cache = new BinaryCache(join(directory, 'cache'));
  made = 0;
  told = [];
});
afterEach(async () => {
  delete process.env['CUTOVER_TEST_BIN'];
  await rm(directory, { recursive: true, force: true });
});

const works: Way = {
  name: 'a way that works',
  make: async (target) => {
    made += 1;
    await writeFile(target, 'the binary');
  },
};

const failsHalfWay: Way = {
  name: 'a download',
  make: async (target, { scratch }) => {
    await writeFile(target, 'half');
    await writeFile(join(scratch, 'wheel'), 'half');
    throw new Error('the network went away');
  },
};

const listen = (progress: Progress): void => void told.push(progress);

function get(overrides: Partial<Tool> = {}, signal?: AbortSignal): Promise<string> {
  const tool: Tool = {
    variable: 'CUTOVER_TEST_BIN',
    advice: 'install it',
    key: async () => 'tool-1.0',
    installed: async () => null,
    ways: [works],
    ...overrides,
  };
  return obtain('temporal', listen, { tool, cache, ...(signal !== undefined && { signal }) });
}

/** The identity of a process that is gone. */
async function deadHolder(): Promise<string> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return formatHolder({ pid: child.pid ?? 0, started: '1' });
}

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

  it('named in the environment is used before all else, and has to be executable', async () => {
    process.env['CUTOVER_TEST_BIN'] = process.execPath;
    expect(await get()).toBe(process.execPath);
    process.env['CUTOVER_TEST_BIN'] = join(directory, 'missing');
    await expect(get()).rejects.toThrow('CUTOVER_TEST_BIN names');
    expect(made).toBe(0);
  });

  it('on PATH is used before it is made, and after the cache', async () => {
    expect(await get({ installed: async () => '/usr/bin/true' })).toBe('/usr/bin/true');
    expect(made).toBe(0);
    const cached = await get();
    expect(await get({ installed: async () => '/usr/bin/true' })).toBe(cached);
  });
});

describe('a way that does not work', () => {
  it('is given up with the reason, and the next one is tried', async () => {
    await get({ ways: [failsHalfWay, works] });
    expect(made).toBe(1);
    expect(told.map(renderProgress)).toEqual(['not by a download: the network went away']);
  });

  it('leaves nothing half-written', async () => {
    await expect(get({ ways: [failsHalfWay] })).rejects.toThrow(
      'could not obtain temporal. Not by a download: the network went away. ' +
        'To go on, install it, or name a binary in CUTOVER_TEST_BIN.',
    );
    expect(await readdir(cache.directory)).toEqual([]);
  });

  it('is not followed by the next one when the user has had enough', async () => {
    const enough = new AbortController();
    const isStopped: Way = {
      name: 'a build',
      make: async (_target: string, { signal }: MakeContext) => {
        enough.abort(new Error('told to stop'));
        signal?.throwIfAborted();
      },
    };
    await expect(get({ ways: [isStopped, works] }, enough.signal)).rejects.toThrow('told to stop');
    expect(made).toBe(0);
    expect(await readdir(cache.directory)).toEqual([]);
  });
});

describe('what another process is making', () => {
  it('is not waited for when the user has had enough, who is told why it ends', async () => {
    await mkdir(cache.directory, { recursive: true });
    await writeFile(join(cache.directory, 'tool-1.0.lock'), formatHolder(ownHolder()));
    const enough = new AbortController();
    const waiting = get({}, enough.signal);
    const stopped = vi.waitFor(() => expect(told).not.toEqual([])).then(() => enough.abort(new Error('told to stop')));
    await Promise.all([stopped, expect(waiting).rejects.toThrow('told to stop')]);
    expect(made).toBe(0);
  });
});

describe('what a killed process left in the cache', () => {
  it('is not waited for', async () => {
    await mkdir(cache.directory);
    await writeFile(join(cache.directory, 'tool-1.0.lock'), `${await deadHolder()}_x`);
    await get();
    expect(made).toBe(1);
  });

  it('is not waited for when a later process has the same id', async () => {
    await mkdir(cache.directory);
    await writeFile(join(cache.directory, 'tool-1.0.lock'), `${process.pid}_1_x`);
    await get();
    expect(made).toBe(1);
  });

  it('is removed, and what a living one is making is not', async () => {
    const dead = `.part-${await deadHolder()}-a`;
    const living = `.part-${formatHolder(ownHolder())}-b`;
    for (const name of [dead, living]) await mkdir(join(cache.directory, name), { recursive: true });
    await get();
    expect((await readdir(cache.directory)).sort()).toEqual([living, 'tool-1.0', 'tool-1.0.sha256']);
  });

  it('is not used when it is a binary without its checksum', async () => {
    await mkdir(cache.directory);
    await writeFile(join(cache.directory, 'tool-1.0'), 'half');
    expect(await readFile(await get(), 'utf8')).toBe('the binary');
  });
});

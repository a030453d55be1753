import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawLook } from '../../src/evidence/raw-series.ts';
import { SeriesFiles } from '../../src/worker/series-files.ts';

let directory: string;
let warnings: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cutover-series-'));
  warnings = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const warn = (line: string): void => void warnings.push(line);

function look(number: number, changes: Partial<RawLook> = {}): RawLook {
  const counts = { requests: 25, errors: 0, latency: { '0.1': 20, Infinity: 25 } };
  return {
    deployment: 'shop/api',
    run: 'run-1',
    step: 'soak',
    at: '2026-11-23T14:05:00.000Z',
    look: number,
    candidate: { slot: 'green', pods: counts, probes: null, readyPods: 2, desiredPods: 2 },
    stable: null,
    ...changes,
  };
}

function looksIn(file: string): number[] {
  const lines = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as RawLook).look);
}

describe('the files of the looks', () => {
  it('are one a deployment, with a line a look, in order', async () => {
    const files = new SeriesFiles({ directory: join(directory, 'made'), warn });
    for (let number = 1; number <= 20; number += 1) files.append(look(number));
    files.append(look(1, { run: 'run-2' }));
    await files.written();
    expect(readdirSync(join(directory, 'made'))).toEqual(['shop.api.run-1.ndjson', 'shop.api.run-2.ndjson']);
    expect(looksIn('made/shop.api.run-1.ndjson')).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(warnings).toEqual([]);
  });

  it('make room when they are large, and never are more than two', async () => {
    const files = new SeriesFiles({ directory, warn, most: 1_000 });
    for (let number = 1; number <= 40; number += 1) files.append(look(number));
    await files.written();
    expect(readdirSync(directory)).toEqual(['shop.api.run-1.1.ndjson', 'shop.api.run-1.ndjson']);
    const kept = [...looksIn('shop.api.run-1.1.ndjson'), ...looksIn('shop.api.run-1.ndjson')];
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 41 - kept.length + index));
  });

  it('say once that they cannot be written, and go on once they can', async () => {
    const file = join(directory, 'taken');
    writeFileSync(file, '');
    const files = new SeriesFiles({ directory: file, warn });
    files.append(look(1));
    files.append(look(2));
    await files.written();
    expect(warnings).toEqual([expect.stringMatching(/^the looks of watches are not kept in .*taken: /)]);
    rmSync(file);
    files.append(look(3));
    await files.written();
    expect(looksIn('taken/shop.api.run-1.ndjson')).toEqual([3]);
  });

  it('leave looks out while the disk hangs, so that they do not fill the memory', async () => {
    const released = new AbortController();
    const hanging = once(released.signal, 'abort');
    const write = async (file: string, text: string): Promise<void> => {
      await hanging;
      await appendFile(file, text);
    };
    const files = new SeriesFiles({ directory, warn, write });
    for (let number = 1; number <= 1_000; number += 1) files.append(look(number));
    expect(warnings).toEqual([expect.stringContaining('200 looks wait to be written')]);
    released.abort();
    await files.written();
    expect(looksIn('shop.api.run-1.ndjson')).toHaveLength(200);
  });
});

import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../src/cli/whole-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cutover-whole-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file that is written as a whole', () => {
  it('is new, or in place of the one before, and leaves nothing beside it', async () => {
    const file = join(folder, 'report.html');
    await writeWhole(file, 'one');
    expect(readFileSync(file, 'utf8')).toBe('one');
    await writeWhole(file, 'two');
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('is where a link leads, and the link stays', async () => {
    const [file, link] = [join(folder, 'real.html'), join(folder, 'link.html')];
    writeFileSync(file, 'before');
    symlinkSync(file, link);
    await writeWhole(link, 'after');
    expect(readFileSync(file, 'utf8')).toBe('after');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('goes into a device as it is', async () => {
    await writeWhole('/dev/null', 'gone');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('leaves the one before alone where it cannot be written, and says why', async () => {
    mkdirSync(join(folder, 'taken'));
    await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toThrow(/^cannot write .*taken: it is a folder$/);
    await expect(writeWhole(join(folder, 'none/report.html'), 'x')).rejects.toThrow(/: its folder does not exist$/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogFile } from '../../../sandbox/node/log-file.ts';
import { formatRecord, readLog, type LogQuery } from '../../../sandbox/node/log-reader.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-file-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function read(log: LogFile, query: Partial<LogQuery> = {}): Promise<string> {
  const parts: string[] = [];
  const whole = { follow: false, timestamps: false, ...query };
  for await (const part of readLog(log, whole, new AbortController().signal)) parts.push(part);
  return parts.join('');
}

async function logged(text: string): Promise<LogFile> {
  const log = await LogFile.create(join(directory, '0.log'));
  const source = new PassThrough();
  log.attach(source, 'stdout');
  source.end(text);
  await read(log, { follow: true });
  return log;
}

describe('the log of a container', () => {
  test('gives back what was written, a last line without its end included', async () => {
    expect(await read(await logged('one\ntwo\nthree'))).toBe('one\ntwo\nthree\n');
  });

  test('gives the last lines, the first bytes, or nothing older', async () => {
    const log = await logged('one\ntwo\nthree\n');
    expect(await read(log, { tailLines: 2 })).toBe('two\nthree\n');
    expect(await read(log, { tailLines: 0 })).toBe('');
    expect(await read(log, { limitBytes: 5 })).toBe('one\nt');
    expect(await read(log, { since: new Date(Date.now() + 60_000) })).toBe('');
  });

  test('is followed, line by line, until the container ends', async () => {
    const log = await LogFile.create(join(directory, '0.log'));
    const source = new PassThrough();
    log.attach(source, 'stderr');
    source.write('before\n');
    const parts: string[] = [];
    const query = { follow: true, timestamps: false };
    for await (const part of readLog(log, query, new AbortController().signal)) {
      parts.push(part);
      if (part === 'before\n') source.write('mid');
      if (part === 'before\n') source.write('dle\n');
      if (part === 'middle\n') source.end('after\n');
    }
    expect(parts.join('')).toBe('before\nmiddle\nafter\n');
  });

  test('survives being moved aside when it has grown too large', async () => {
    const line = `${'x'.repeat(1023)}\n`;
    const log = await LogFile.create(join(directory, '0.log'));
    const source = new PassThrough();
    log.attach(source, 'stdout');
    const following = read(log, { follow: true });
    for (let count = 0; count < 12 * 1024; count += 1) {
      if (!source.write(line)) await new Promise((resolve) => source.once('drain', resolve));
    }
    source.end();
    expect((await following).length).toBe(12 * 1024 * 1024);
    expect(log.generation).toBe(1);
  });
});

test('a record is shown with its time where that is asked for', () => {
  const record = '2026-01-02T03:04:05.678Z stdout F hello  world';
  expect(formatRecord(record, { timestamps: false })).toBe('hello  world\n');
  expect(formatRecord(record, { timestamps: true })).toBe('2026-01-02T03:04:05.678Z hello  world\n');
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Launch } from '../../../sandbox/node/container-runtime.ts';
import { LogFile } from '../../../sandbox/node/log-file.ts';
import { readLog } from '../../../sandbox/node/log-reader.ts';
import { createProcessRuntime } from '../../../sandbox/node/process-runtime.ts';
import { terminateContainer } from '../../../sandbox/node/termination.ts';

let directory: string;
let registered: Set<number>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'process-runtime-'));
  registered = new Set();
});
afterEach(() => rm(directory, { recursive: true }));

function runtime() {
  return createProcessRuntime({
    register: (group) => registered.add(group),
    unregister: (group) => registered.delete(group),
  });
}

function launch(script: string): Launch {
  const environment = { PATH: process.env['PATH'] ?? '', GREETING: 'hello' };
  return { argv: ['sh', '-c', script], environment, directory, runsToCompletion: true };
}

async function start(script: string) {
  const log = await LogFile.create(join(directory, '0.log'));
  return { log, running: runtime().start(launch(script), log) };
}

async function textOf(log: LogFile, until = ''): Promise<string> {
  let text = '';
  for await (const part of readLog(log, { follow: true, timestamps: false }, AbortSignal.timeout(20_000))) {
    text += part;
    if (until !== '' && text.includes(until)) break;
  }
  return text;
}

describe('a container as a process', () => {
  test('has the given environment and nothing else, and its exit code is reported', async () => {
    const { running, log } = await start('echo "$GREETING $HOME"; echo oops >&2; exit 3');
    expect(await running.exited).toEqual({ exitCode: 3 });
    expect((await textOf(log)).split('\n').sort()).toEqual(['', 'hello ', 'oops']);
    expect(registered.size).toBe(0);
  });

  test('takes every process of its group with it when its first one ends', async () => {
    const { running, log } = await start('sleep 1000 & echo $!; exit 0');
    expect(registered.size).toBe(1);
    await running.exited;
    // The log ends only when nobody holds the pipe any more.
    expect(await textOf(log)).toMatch(/^\d+\n$/);
  });

  test('that cannot be started says why', async () => {
    const log = await LogFile.create(join(directory, '0.log'));
    const running = runtime().start({ ...launch(''), argv: ['no-such-command'] }, log);
    const { exitCode, startError } = await running.exited;
    expect([exitCode, startError]).toEqual([128, expect.stringContaining('"no-such-command"')]);
    const empty = runtime().start({ ...launch(''), argv: [] }, log);
    expect((await empty.exited).startError).toContain('no command specified');
  });
});

describe('termination', () => {
  test('is asked for first: the process may end by itself', async () => {
    const { running, log } = await start('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    await textOf(log, 'up');
    await terminateContainer(running, undefined, AbortSignal.timeout(20_000));
    expect(await running.exited).toEqual({ exitCode: 0 });
    expect(await textOf(log)).toContain('bye');
  });

  test('becomes a kill when the deadline is over', async () => {
    const { running, log } = await start('trap "" TERM; echo up; while :; do sleep 0.05; done');
    await textOf(log, 'up');
    await terminateContainer(running, undefined, AbortSignal.timeout(200));
    expect(await running.exited).toEqual({ exitCode: 137 });
  });

  test('runs the hook before the signal', async () => {
    const answers = 'if [ -e asked ]; then rm asked; echo alive; fi';
    const { running, log } = await start(
      `trap "echo signal; exit 0" TERM; echo up; while :; do ${answers}; sleep 0.05; done`,
    );
    await textOf(log, 'up');
    const hook = async () => {
      await writeFile(join(directory, 'asked'), '');
      await textOf(log, 'alive');
    };
    await terminateContainer(running, hook, AbortSignal.timeout(20_000));
    expect(await textOf(log)).toBe('up\nalive\nsignal\n');
  });
});

describe('a command beside the container', () => {
  test('gives its exit code and what it wrote', async () => {
    const result = await runtime().execute(launch('echo "$GREETING"; exit 4'), AbortSignal.timeout(20_000));
    expect(result).toEqual({ exitCode: 4, output: 'hello\n' });
  });

  test('is killed when its time is over', async () => {
    const { exitCode } = await runtime().execute(launch('sleep 1000'), AbortSignal.timeout(100));
    expect(exitCode).toBe(137);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../../sandbox/supervision/process-group.ts';
import type { Program } from '../../../sandbox/supervision/program.ts';
import { createRunDirectory } from '../../../sandbox/supervision/run-directory.ts';
import { Supervisor } from '../../../sandbox/supervision/supervisor.ts';

let parent: string;
let supervisor: Supervisor;
let ended: string[];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cutover-supervision-'));
  ended = [];
  supervisor = new Supervisor(await createRunDirectory(parent), (name, end) => ended.push(`${name}: ${end}`));
});
afterEach(async () => {
  await supervisor.stop();
  await rm(parent, { recursive: true, force: true });
});

/** A program that is ready when it has written a file of its name. */
function program(name: string, script: string, overrides: Partial<Program> = {}): Program {
  return {
    name,
    command: 'sh',
    args: ['-c', script],
    isReady: async () => existsSync(join(supervisor.runDirectory, name)),
    timeoutMs: 10_000,
    ending: 'terminate',
    ...overrides,
  };
}

const untilKilled = 'echo > server; exec sleep 1000';
const pid = (): number => supervisor.pids()['server'] ?? 0;

describe('a program', () => {
  it('is started in the run directory, with its pid and its log there', async () => {
    await supervisor.start(program('server', `echo hello; ${untilKilled}`));
    const read = (file: string): string => readFileSync(join(supervisor.runDirectory, file), 'utf8');
    expect(read('server.log')).toBe('hello\n');
    expect(read('server.pid')).toBe(`${pid()}\n`);
    expect(startTimeOf(pid())).not.toBeNull();
  });

  it('that ends before it is ready is reported with the end of its log', async () => {
    const start = supervisor.start(program('server', 'echo "no such port" >&2; exit 3'));
    await expect(start).rejects.toThrow('server did not start: it ended with code 3\nno such port');
    expect(ended).toEqual([]);
  });

  it('that is not ready in time is reported', async () => {
    const start = supervisor.start(program('server', 'sleep 1000', { timeoutMs: 50 }));
    await expect(start).rejects.toThrow('it is not ready after 0.05 s');
  });

  it('that cannot be executed is reported', async () => {
    const start = supervisor.start(program('server', '', { command: join(parent, 'missing') }));
    await expect(start).rejects.toThrow('server could not be started: spawn');
  });

  it('that ends by itself is told of; one that is killed on purpose is not, and can be started again', async () => {
    await supervisor.start(program('server', untilKilled));
    const first = pid();
    await supervisor.kill('server');
    expect(startTimeOf(first)).toBeNull();
    await supervisor.restart('server');
    expect(pid()).not.toBe(first);
    expect(ended).toEqual([]);
    process.kill(pid(), 'SIGKILL');
    await expect.poll(() => ended).toEqual(['server: it ended with SIGKILL']);
  });
});

describe('stopping', () => {
  it('lets a program finish, and removes the run directory', async () => {
    const finished = join(parent, 'finished');
    await supervisor.start(
      program('server', `trap 'echo > ${finished}; exit' TERM; echo > server; while :; do sleep 0.02; done`),
    );
    await supervisor.stop();
    expect(existsSync(finished)).toBe(true);
    expect(existsSync(supervisor.runDirectory)).toBe(false);
  });

  it('kills a program that does not end within the grace', async () => {
    await supervisor.start(program('server', `trap '' TERM; echo > server; while :; do sleep 0.02; done`));
    const last = pid();
    await supervisor.stop(100);
    expect(startTimeOf(last)).toBeNull();
  });

  it('starts nothing any more, and ends what is being started', async () => {
    const starting = supervisor.start(program('server', 'exec sleep 1000'));
    const settled = Promise.allSettled([starting]);
    await expect.poll(pid).toBeGreaterThan(0);
    await supervisor.stop();
    const [refused] = await settled;
    expect(refused).toMatchObject({ reason: { message: 'server was stopped while it was starting' } });
    await expect(supervisor.start(program('other', untilKilled))).rejects.toThrow('the sandbox is stopping');
    expect(startTimeOf(pid())).toBeNull();
  });
});

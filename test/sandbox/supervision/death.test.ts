/** What becomes of the programs when the process that supervises them is killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTimeOf } from '../../../sandbox/supervision/process-group.ts';
import { createRunDirectory, removeLeftovers } from '../../../sandbox/supervision/run-directory.ts';

let parent: string;
let owners: ChildProcess[];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cutover-death-'));
  owners = [];
});
afterEach(async () => {
  for (const owner of owners) owner.kill('SIGKILL');
  await rm(parent, { recursive: true, force: true });
});

interface Owner {
  readonly process: ChildProcess;
  readonly runDirectory: string;
  readonly program: number;
  readonly guardian: number;
}

/** A process that supervises one program, which has a child of its own. */
async function startOwner(): Promise<Owner> {
  const built = fileURLToPath(new URL('../../../dist/sandbox/supervision/', import.meta.url));
  const script = `
    import { createRunDirectory } from ${JSON.stringify(join(built, 'run-directory.js'))};
    import { Supervisor } from ${JSON.stringify(join(built, 'supervisor.js'))};
    const runDirectory = await createRunDirectory(${JSON.stringify(parent)});
    const supervisor = new Supervisor(runDirectory, () => undefined);
    const args = ['-c', 'sleep 1000 & wait'];
    await supervisor.start({ name: 'server', command: 'sh', args, isReady: async () => true, timeoutMs: 5_000, ending: 'kill' });
    console.log(JSON.stringify({ runDirectory, program: supervisor.pids().server }));
    setInterval(() => undefined, 1_000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.push(owner);
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const told = JSON.parse(line) as Pick<Owner, 'runDirectory' | 'program'>;
  const registered = (): string => readFileSync(join(told.runDirectory, 'groups'), 'utf8');
  await expect.poll(() => existsSync(join(told.runDirectory, 'groups')) && registered()).toContain(`${told.program} `);
  const children = readFileSync(`/proc/${owner.pid}/task/${owner.pid}/children`, 'utf8').trim().split(' ').map(Number);
  const guardian = children.find((pid) => pid !== told.program) ?? 0;
  return { ...told, process: owner, guardian };
}

const killed = async (process: ChildProcess): Promise<void> => {
  process.kill('SIGKILL');
  await once(process, 'exit');
};

it('the guardian kills them and removes the run directory', async () => {
  const owner = await startOwner();
  await killed(owner.process);
  await expect.poll(() => startTimeOf(owner.program)).toBeNull();
  await expect.poll(() => existsSync(owner.runDirectory)).toBe(false);
  await expect.poll(() => startTimeOf(owner.guardian)).toBeNull();
});

it('the next start does it where the guardian was killed as well', async () => {
  const owner = await startOwner();
  process.kill(owner.guardian, 'SIGKILL');
  await killed(owner.process);
  expect(startTimeOf(owner.program)).not.toBeNull();
  expect(await removeLeftovers(parent)).toBe(1);
  await expect.poll(() => startTimeOf(owner.program)).toBeNull();
  expect(await readdir(parent)).toEqual([]);
});

it('the next start leaves a living sandbox alone, and what only looks like one of its processes', async () => {
  const living = await createRunDirectory(parent);
  const dead = await createRunDirectory(parent);
  const other = spawn('sleep', ['1000'], { detached: true });
  owners.push(other);
  writeFileSync(join(dead, 'owner'), `${process.pid} 1\n`);
  writeFileSync(join(dead, 'groups'), `${other.pid} 1\n`);
  expect(await removeLeftovers(parent)).toBe(1);
  expect(existsSync(living)).toBe(true);
  expect(startTimeOf(other.pid ?? 0)).not.toBeNull();
});

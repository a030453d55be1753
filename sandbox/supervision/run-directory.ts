/** The directory of one running sandbox, and what earlier ones left behind. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killGroup, startTimeOf } from './process-group.ts';

const prefix = 'cutover-sandbox-';

export async function createRunDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(directory, 'owner'), `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`);
  return directory;
}

/** Kills and removes what sandboxes left whose guardian was killed too; gives how many there were. */
export async function removeLeftovers(): Promise<number> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  let removed = 0;
  for (const name of names) {
    const directory = join(tmpdir(), name);
    const [owner] = await identities(join(directory, 'owner'));
    if (owner === undefined || isAlive(owner)) continue;
    for (const group of await identities(join(directory, 'groups'))) if (isAlive(group)) killGroup(group.pid);
    await rm(directory, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

interface Identity {
  readonly pid: number;
  readonly started: string;
}

async function identities(file: string): Promise<Identity[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([pid, started]) => ({ pid: Number(pid), started: started ?? '' }));
}

function isAlive({ pid, started }: Identity): boolean {
  return startTimeOf(pid) === started;
}

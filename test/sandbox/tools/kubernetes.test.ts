import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../sandbox/tools/command.ts';
import { kubernetes } from '../../../sandbox/tools/kubernetes.ts';
import type { WorkProgress } from '../../../sandbox/tools/progress.ts';

let directory: string;
let bin: string;
const { PATH } = process.env;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-kubernetes-'));
  bin = join(directory, 'it is a bin');
  await mkdir(bin);
  process.env['PATH'] = [bin, '/usr/bin', '/bin'].join(delimiter);
});
afterEach(async () => {
  process.env['PATH'] = PATH;
  await rm(directory, { recursive: true, force: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

async function install(versions: Record<string, string>): Promise<void> {
  for (const [name, version] of Object.entries(versions)) {
    await program(name, `if [ "$1" = --version ]; then echo "${version}"; else echo "${name} $*"; fi`);
  }
}

async function build(): Promise<WorkProgress[]> {
  const told: WorkProgress[] = [];
  const way = kubernetes.ways.find(({ name }) => name === 'a build with the Go on PATH');
  await way?.make(join(directory, 'target'), {
    scratch: directory,
    signal: undefined,
    onProgress: (progress) => {
      if (progress.kind === 'working') told.push(progress);
    },
  });
  return told;
}

describe('the programs of Kubernetes on PATH', () => {
  const upstream = {
    etcd: 'etcd Version: 3.6.8',
    'kube-apiserver': 'Kubernetes v1.36.1',
    'kube-controller-manager': 'Kubernetes v1.36.1',
    'kube-scheduler': 'Kubernetes v1.36.1',
    kubectl: 'Client Version: v1.36.1',
  };
  it('are used like the one binary where all of them fit', async () => {
    await install(upstream);
    const script = await kubernetes.installed(directory);
    expect(script).not.toBeNull();
    expect(await run(script ?? '', ['kube-scheduler', '--port', 'a b'])).toBe('kube-scheduler --port a b\n');
  });

  it('are not used where one is missing or of another version', async () => {
    const { 'kube-scheduler': _missing, ...rest } = upstream;
    await install(rest);
    expect(await kubernetes.installed(directory)).toBeNull();
    await install({ ...upstream, 'kube-apiserver': 'Kubernetes v1.30.0' });
    expect(await kubernetes.installed(directory)).toBeNull();
  });
});

describe('a build with the Go on PATH', () => {
  it('says that there is no Go, or that it is too old', async () => {
    process.env['PATH'] = bin;
    await expect(build()).rejects.toThrow('Go is not on PATH');
    await program('go', 'echo go1.22.5');
    await expect(build()).rejects.toThrow(`is go1.22.5: it takes Go 1.26 or later`);
  });

  it('tells how much of it is done, and takes no other toolchain, target or module than the pinned ones', async () => {
    process.env['GOOS'] = 'plan9';
    await program(
      'go',
      `case "$1" in
        env) echo go1.26.0 ;;
        list) printf 'a\\nb\\nc\\nd' ;;
        build)
          for package in a b; do echo $package >&2; done
          env | grep -E '^GO' | sort > '${directory}/environment'
          sleep 1.2
          while [ "$1" != -o ]; do shift; done
          echo built > "$2" ;;
      esac`,
    );
    const told = await build().finally(() => delete process.env['GOOS']);
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe('built\n');
    expect(told.at(-1)?.share).toBeCloseTo(0.475);
    expect(told.at(-1)?.leftMs).toBeGreaterThan(0);
    const environment = await readFile(join(directory, 'environment'), 'utf8');
    expect(environment).toContain('GOTOOLCHAIN=local\n');
    expect(environment).toContain('-mod=readonly');
    expect(environment).not.toContain('plan9');
  });

  it('says why it failed', async () => {
    await program('go', 'case "$1" in env) echo go1.27.0 ;; *) echo "no route to host" >&2; exit 1 ;; esac');
    await expect(build()).rejects.toThrow('no route to host');
  });
});

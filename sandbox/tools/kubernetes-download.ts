/** The control plane as its projects publish it, behind a script that is like the one binary that is built otherwise. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { downloadFile, downloadText } from './download.ts';
import type { MakeContext } from './tool.ts';

export interface PublishedVersions {
  /** As the project tags it: `v1.36.3`. */
  readonly kubernetes: string;
  readonly etcd: string;
}

/** Where they are published; for those who keep copies, the environment may name other places of the same layout. */
const kubernetesPlace = (): string => process.env['CUTOVER_KUBERNETES_DOWNLOADS'] || 'https://dl.k8s.io/release';
const etcdPlace = (): string =>
  process.env['CUTOVER_ETCD_DOWNLOADS'] || 'https://github.com/etcd-io/etcd/releases/download';

const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

/** Writes the script to `target` and the programs beside it. Rejects within seconds where they cannot be reached. */
export async function downloadPrograms(
  versions: PublishedVersions,
  target: string,
  context: MakeContext,
): Promise<void> {
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new Error(`there are none for ${process.arch}`);
  const folder = `${kubernetesPlace()}/${versions.kubernetes}/bin/linux/${architecture}`;
  const archive = `etcd-${versions.etcd}-linux-${architecture}.tar.gz`;
  const etcdFolder = `${etcdPlace()}/${versions.etcd}`;
  // All checksums first: they are small, and tell at once whether the way is open.
  const etcdSum = sumOf(await downloadText(`${etcdFolder}/SHA256SUMS`, context.signal), archive);
  const sums = await Promise.all(programs.map((name) => downloadText(`${folder}/${name}.sha256`, context.signal)));
  await mkdir(`${target}.d`);
  for (const [index, name] of programs.entries()) {
    const path = join(`${target}.d`, name);
    await downloadFile(`${folder}/${name}`, sumOf(sums[index] ?? '', name), path, context);
    await chmod(path, 0o755);
  }
  const packed = join(context.scratch, archive);
  await downloadFile(`${etcdFolder}/${archive}`, etcdSum, packed, context);
  await run('tar', ['-xzf', packed, '-C', context.scratch], { signal: context.signal });
  await copyFile(join(context.scratch, archive.replace('.tar.gz', ''), 'etcd'), join(`${target}.d`, 'etcd'));
  await writeFile(target, dispatcher);
}

const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

const dispatcher = `#!/bin/sh
program="$1"
shift
exec "$0.d/$program" "$@"
`;

/** From a checksum alone, or from lines of `checksum  file`. */
function sumOf(text: string, file: string): string {
  for (const line of text.split('\n')) {
    const [sum, name] = line.trim().split(/\s+/);
    if (sum !== undefined && /^[0-9a-f]{64}$/.test(sum) && (name === undefined || name === file)) return sum;
  }
  throw new Error(`no checksum of ${file} is published`);
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryCache } from '../../../sandbox/tools/cache.ts';
import { run } from '../../../sandbox/tools/command.ts';
import { downloadPrograms } from '../../../sandbox/tools/kubernetes-download.ts';
import type { Progress } from '../../../sandbox/tools/progress.ts';

const versions = { kubernetes: 'v1.36.3', etcd: 'v3.6.8' };
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const folder = `/v1.36.3/bin/linux/${architecture}`;

let directory: string;
let server: Server;
let published: Map<string, Buffer>;
let told: Progress[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-download-'));
  published = await publish();
  told = [];
  server = createServer((request, response) => {
    const file = published.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['CUTOVER_KUBERNETES_DOWNLOADS'] = place;
  process.env['CUTOVER_ETCD_DOWNLOADS'] = place;
});
afterEach(async () => {
  delete process.env['CUTOVER_KUBERNETES_DOWNLOADS'];
  delete process.env['CUTOVER_ETCD_DOWNLOADS'];
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
const script = (name: string): Buffer => Buffer.from(`#!/bin/sh\necho ${name} "$@"\n`);

/** What the projects publish, with scripts for programs. */
async function publish(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']) {
    files.set(`${folder}/${name}`, script(name));
    files.set(`${folder}/${name}.sha256`, Buffer.from(sha256(script(name))));
  }
  const archive = `etcd-v3.6.8-linux-${architecture}`;
  await mkdir(join(directory, archive));
  await writeFile(join(directory, archive, 'etcd'), script('etcd'), { mode: 0o755 });
  await run('tar', ['-czf', join(directory, 'etcd.tar.gz'), '-C', directory, archive]);
  const packed = await readFile(join(directory, 'etcd.tar.gz'));
  files.set(`/v3.6.8/${archive}.tar.gz`, packed);
  files.set('/v3.6.8/SHA256SUMS', Buffer.from(`${'0'.repeat(64)}  other.zip\n${sha256(packed)}  ${archive}.tar.gz\n`));
  return files;
}

const cache = (): BinaryCache => new BinaryCache(join(directory, 'cache'));
const get = (): Promise<string> =>
  cache().keep('kubernetes', (target, scratch) =>
    downloadPrograms(versions, target, {
      scratch,
      signal: undefined,
      onProgress: (progress) => {
        told.push(progress);
      },
    }),
  );

describe('a download of the programs', () => {
  it('is used like the one binary, each program by its name', async () => {
    const path = await get();
    expect(await run(path, ['kube-apiserver', '--port', 'a b'])).toBe('kube-apiserver --port a b\n');
    expect(await run(path, ['etcd', '--version'])).toBe('etcd --version\n');
    expect(await cache().find('kubernetes')).toBe(path);
    expect(told.some((progress) => progress.kind === 'working' && progress.what === 'fetching kubectl')).toBe(true);
  });

  it('is not found in the cache any more once one of the programs is another', async () => {
    const path = await get();
    await writeFile(join(`${path}.d`, 'kubectl'), 'half');
    expect(await cache().find('kubernetes')).toBeNull();
    expect(await cache().find(await get().then(() => 'kubernetes'))).toBe(path);
  });

  it('keeps nothing whose checksum is not the published one', async () => {
    published.set(`${folder}/kube-scheduler`, script('another'));
    await expect(get()).rejects.toThrow(/kube-scheduler has the SHA-256 [0-9a-f]{64}, not/);
    expect(await cache().find('kubernetes')).toBeNull();
  });

  it('is given up where a file or its checksum is not published', async () => {
    published.delete(`${folder}/kubectl.sha256`);
    await expect(get()).rejects.toThrow(`${folder}/kubectl.sha256: it answered 404`);
    published.set('/v3.6.8/SHA256SUMS', Buffer.from('<html>sign in</html>'));
    await expect(get()).rejects.toThrow(`no checksum of etcd-v3.6.8-linux-${architecture}.tar.gz is published`);
  });

  it('is given up within seconds where a server takes connections and never answers', async () => {
    server.removeAllListeners('request');
    const start = performance.now();
    await expect(get()).rejects.toThrow('not done after 3000 ms');
    expect(performance.now() - start).toBeLessThan(6_000);
  });
});

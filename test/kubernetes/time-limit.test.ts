import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../src/kubernetes/api-server.ts';
import { timeLimit } from '../../src/kubernetes/time-limit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a time limit', () => {
  it('aborts with a TimeoutError when the time is over', async () => {
    const { signal } = timeLimit(10);
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    // The limit keeps no process alive; a test's own timer does.
    const alive = setTimeout(() => undefined, 5_000);
    await aborted;
    clearTimeout(alive);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const { signal } = timeLimit(60_000, parent.signal);
    parent.abort('stop');
    expect(signal.reason).toBe('stop');
  });

  it('is over at once where the parent is', () => {
    expect(timeLimit(60_000, AbortSignal.abort('stop')).signal.reason).toBe('stop');
  });

  it('does not abort any more once it is released', () => {
    const parent = new AbortController();
    const { signal, release } = timeLimit(60_000, parent.signal);
    release();
    parent.abort('stop');
    expect(signal.aborted).toBe(false);
  });
});

describe('a request to a server that hangs', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('ends in time, though memory is collected meanwhile', async () => {
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const kubeConfig = new KubeConfig();
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    kubeConfig.loadFromClusterAndUser({ name: 'c', server: address, skipTLSVerify: true }, { name: 'u' });
    const api = new ApiServer(kubeConfig, address);
    const { signal } = new AbortController();
    const requests = Array.from({ length: 20 }, () => api.json({ path: '/x', timeoutMs: 200, signal }));
    const collector = setInterval(collectGarbage, 20);
    const ended = await Promise.allSettled(requests);
    clearInterval(collector);
    expect(ended.map(({ status }) => status)).toEqual(requests.map(() => 'rejected'));
  });
});

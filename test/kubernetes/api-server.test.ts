import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';

interface Received {
  readonly method: string | undefined;
  readonly body: string;
  readonly port: number | undefined;
  readonly authorization: string | undefined;
}

let server: Server;
let cluster: Cluster;
const received: Received[] = [];
/** The statuses of the next answers; 200 once there is none left. */
let troubles: number[] = [];

beforeEach(async () => {
  received.length = 0;
  troubles = [];
  server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      const { method, headers, socket, url } = request;
      received.push({ method, body, port: socket.remotePort, authorization: headers.authorization });
      if (url === '/watched') {
        response.writeHead(200).flushHeaders();
        return;
      }
      const status = troubles.shift() ?? 200;
      const again = status === 429 ? { 'retry-after': '0' } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...again }).end('{"items":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'c', server: address, skipTLSVerify: true },
    { name: 'u', token: 'secret' },
  );
  cluster = connectCluster(kubeConfig);
});

afterEach(() => {
  cluster.close();
  server.closeAllConnections();
  server.close();
});

it('sends the body of a DELETE as part of it', async () => {
  const body = '{"preconditions":{"uid":"1"}}';
  await cluster.api.json({ method: 'DELETE', path: '/x', body });
  await cluster.api.json({ path: '/y' });
  expect(received.map((one) => [one.method, one.body])).toEqual([
    ['DELETE', body],
    ['GET', ''],
  ]);
});

it('uses one connection for requests that follow each other, with the credentials of the kubeconfig on each', async () => {
  await cluster.api.json({ path: '/x' });
  await cluster.core.listNamespacedPod({ namespace: 'default' });
  expect(new Set(received.map(({ port }) => port)).size).toBe(1);
  expect(received.map(({ authorization }) => authorization)).toEqual(['Bearer secret', 'Bearer secret']);
});

it('has a connection for a request however many watches are open', async () => {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const open = { path: '/watched', timeoutMs: null, lasting: true, signal: stop.signal } as const;
  const watches = Array.from({ length: 100 }, () => cluster.api.open(open));
  await Promise.all(watches);
  expect(await cluster.api.json({ path: '/x' })).toEqual({ items: [] });
  stop.abort();
});

it('asks again what a busy server did not answer', async () => {
  troubles = [503, 429, 500];
  expect(await cluster.api.json({ path: '/x' })).toEqual({ items: [] });
  expect(received).toHaveLength(4);
});

it('gives up after some tries', async () => {
  troubles = [503, 503, 503, 503, 503, 503, 503];
  await expect(cluster.api.json({ path: '/x' })).rejects.toMatchObject({ code: 503 });
  expect(received).toHaveLength(5);
});

it('never sends twice what may have taken effect', async () => {
  troubles = [500];
  await expect(cluster.api.json({ method: 'PATCH', path: '/x', body: '[]' })).rejects.toMatchObject({ code: 500 });
  expect(received).toHaveLength(1);
});

it('sends again what a server was too busy to begin with', async () => {
  troubles = [429];
  await cluster.api.json({ method: 'PATCH', path: '/x', body: '[]' });
  expect(received.map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
});

it('sends nothing again that was decided on too long before', async () => {
  troubles = [403, 403, 403, 403, 403, 403, 403];
  const request = { method: 'PATCH', path: '/x', body: '[]', againWithinMs: 250 } as const;
  await expect(cluster.api.json(request)).rejects.toThrow('it is looked at again');
  expect(received.length).toBeLessThan(4);
});

it('asks no more once it is told to stop', async () => {
  troubles = [503, 503];
  const stop = new AbortController();
  const asked = Promise.allSettled([cluster.api.json({ path: '/x', signal: stop.signal })]);
  await expect.poll(() => received.length).toBe(1);
  stop.abort();
  expect(await asked).toMatchObject([{ status: 'rejected' }]);
  expect(received.length).toBeLessThan(3);
});

it('asks again what a server forbids that has just started', async () => {
  troubles = [403];
  await cluster.api.json({ method: 'PATCH', path: '/x', body: '[]' });
  expect(received).toHaveLength(2);
});

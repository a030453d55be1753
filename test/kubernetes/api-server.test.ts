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

beforeEach(async () => {
  received.length = 0;
  server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      const { method, headers, socket } = request;
      received.push({ method, body, port: socket.remotePort, authorization: headers.authorization });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
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

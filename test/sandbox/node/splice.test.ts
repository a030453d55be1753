import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { splice } from '../../../sandbox/node/splice.ts';

const loopback = { port: 0, host: '127.0.0.1' };
let directory: string;
let servers: Server[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'splice-'));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

async function listening(
  where: { readonly path: string } | { readonly port: number; readonly host: string },
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true });
  servers.push(server);
  server.listen(where);
  await once(server, 'listening');
  return server;
}

async function accepted(server: Server, client: Socket): Promise<Socket> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  client.on('error', () => undefined);
  return socket;
}

test.each(['TCP', 'a Unix socket'])('a reset of one side ends the other, also over %s', async (kind) => {
  const far = await listening(loopback);
  const near = await listening(kind === 'TCP' ? loopback : { path: join(directory, 'socket') });
  const address = near.address();
  const client = typeof address === 'string' ? connect(address) : connect((address as AddressInfo).port, '127.0.0.1');
  const fromClient = await accepted(near, client);
  const upstream = connect({ port: (far.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const farEnd = await accepted(far, upstream);
  splice(fromClient, upstream);
  const closed = new Promise((resolve) => client.once('close', resolve));
  farEnd.resetAndDestroy();
  await closed;
  expect(fromClient.destroyed).toBe(true);
});

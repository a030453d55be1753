/** Servers on loopback that behave, or misbehave, as probed applications do. */
import * as http from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { PodTarget } from '../../../src/kubernetes/access/index.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An HTTP server; gives a pod that it answers for. */
export async function serveHttp(listener: http.RequestListener): Promise<PodTarget> {
  const server = http.createServer(listener);
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return podAt(await portOf(server));
}

/** A TCP server that speaks whatever it likes. */
export async function serveTcp(listener: (socket: net.Socket) => void): Promise<PodTarget> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    listener(socket);
  });
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return podAt(await portOf(server));
}

export interface ConnectProxy {
  readonly url: string;
  readonly asked: string[];
}

/** An HTTP proxy that answers CONNECT by connecting to the loopback interface, or refuses with `status`. */
export async function serveConnectProxy(status = 200): Promise<ConnectProxy> {
  const asked: string[] = [];
  const server = http.createServer();
  server.on('connect', (request, client, head) => {
    asked.push(request.url ?? '');
    client.on('error', () => undefined);
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 11\r\n\r\nno such pod`);
      return;
    }
    const upstream = net.connect(Number((request.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    closing.push(() => upstream.destroy());
  });
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${await portOf(server)}`, asked };
}

/** A loopback port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await portOf(server);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}

export function podAt(port: number, ip = '127.0.0.1'): PodTarget {
  return { kind: 'pod', namespace: 'shop', name: 'api-green-1', ip, port };
}

async function portOf(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

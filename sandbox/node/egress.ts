import { createServer, type Server } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dialer } from './dialer.ts';
import { serviceOfHostname } from './service-table.ts';
import { splice } from './splice.ts';

/** Where CONNECT may lead beside pods and Services. */
export interface EgressRoutes {
  readonly dialer: Dialer;
  /** What this process answers itself, such as the kubelet; nothing where that is not to be reached. */
  readonly own: readonly OwnEndpoint[];
}

export interface OwnEndpoint {
  readonly host: string;
  readonly port: number;
  /** Takes over a connection. */
  readonly accept: (socket: Socket) => void;
}

/**
 * An HTTP server that answers CONNECT to the addresses of the cluster and to nothing else: a pod's IP, a Service's cluster
 * IP or its name, and what this process answers itself. Whatever lies outside is refused with 403.
 */
export function createEgressServer(routes: EgressRoutes): Server {
  const server = createServer((_request, response) => {
    response.writeHead(405, { allow: 'CONNECT', 'content-type': 'text/plain' });
    response.end('this proxy answers CONNECT only (curl: --proxytunnel)\n');
  });
  server.on('connect', (request, client, head) => {
    const { host, port } = splitAuthority(request.url ?? '');
    connect(routes, { client, head, host, port });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

interface ConnectRequest {
  readonly client: Duplex;
  readonly head: Buffer;
  readonly host: string;
  readonly port: number;
}

function connect(routes: EgressRoutes, { client, head, host, port }: ConnectRequest): void {
  client.on('error', () => client.destroy());
  if (!(client instanceof Socket)) return void client.destroy();
  if (head.length > 0) client.unshift(head);
  const { own, dialer } = routes;
  const answering = own.find((endpoint) => port === endpoint.port && host === endpoint.host);
  if (answering) {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    answering.accept(client);
    return;
  }
  const service = serviceOfHostname(host);
  const address = (service === undefined ? undefined : dialer.clusterIP(service)) ?? host;
  const destination = dialer.dial(address, port);
  switch (destination.kind) {
    case 'unknown':
      return refuse(client, 403, `${host}:${port} is no address of this cluster`);
    case 'no-endpoint':
      return refuse(client, 503, `${host}:${port} has no ready endpoint`);
    case 'connected':
      return tunnel(client, destination.socket, `${host}:${port}`);
  }
}

function tunnel(client: Socket, upstream: Socket, name: string): void {
  const onError = (error: Error) => refuse(client, 502, `${name}: ${error.message}`);
  upstream.once('error', onError);
  client.once('close', () => upstream.destroySoon());
  upstream.once('connect', () => {
    upstream.off('error', onError);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    splice(client, upstream);
  });
}

function refuse(client: Socket, status: 403 | 502 | 503, why: string): void {
  const reason = { 403: 'Forbidden', 502: 'Bad Gateway', 503: 'Service Unavailable' }[status];
  const body = `${why}\n`;
  client.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function splitAuthority(authority: string): { host: string; port: number } {
  const colon = authority.lastIndexOf(':');
  return { host: authority.slice(0, colon), port: Number(authority.slice(colon + 1)) };
}

/** Listens on a Unix socket or, without a path, on a free loopback port, which it gives. */
export function listenEgress(server: Server, path?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === undefined ? { host: '127.0.0.1', port: 0 } : { path }, () => {
      server.off('error', reject);
      resolve(path === undefined ? (server.address() as AddressInfo).port : 0);
    });
  });
}

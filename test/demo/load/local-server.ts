import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface LocalServer {
  readonly url: string;
  /** Connections that were opened to it. */
  connections(): number;
}

/** Starts an HTTP server on a free loopback port, which is closed with the test; requests are numbered from 1. */
export async function startServer(
  answer: (response: ServerResponse, number: number, request: IncomingMessage) => void,
): Promise<LocalServer> {
  let requests = 0;
  let connections = 0;
  const server = createServer((request, response) => answer(response, ++requests, request));
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}

/** Answers as a version of the app does. */
export function answerAs(response: ServerResponse, version: string, status = 200): void {
  response.writeHead(status, { 'x-version': version }).end('{}');
}

/** The URL of a port that nothing listens on. */
export async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/`;
}

/**
 * The codec endpoint: Temporal's UI and CLI have it decrypt what they show, and encrypt what they send.
 *
 * 1. A page of another origin than the given ones gets nothing: not an answer, and not work done either.
 * 2. Where a token is set, nothing is done without it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PayloadUnreadable, type EncryptingCodec } from './payload-codec.ts';
import { readPayloads, writePayloads } from './payload-json.ts';

export interface EndpointOptions {
  readonly codec: EncryptingCodec;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** The origins, such as `http://localhost:8233`, whose pages may ask. */
  readonly origins: readonly string[];
  /** What requests have to bring as `Authorization: Bearer …`; null asks for nothing. */
  readonly token: string | null;
}

export interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const mostBytes = 32 * 1_024 * 1_024;

/** Serves until it is closed. Rejects with the system's error where the address cannot be had. */
export async function serveCodec(options: EndpointOptions): Promise<Endpoint> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (reply) => {
        send(response, reply, corsOf(request, options));
      },
      // The caller went away in the middle of its request: nobody is left to be answered.
      () => response.destroy(),
    );
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, close: () => close(server) };
}

async function answer(request: IncomingMessage, options: EndpointOptions): Promise<Reply> {
  const { method, headers } = request;
  if (headers.origin !== undefined && !options.origins.includes(headers.origin)) {
    return refuse(403, `pages of ${headers.origin} may not ask: allow it with --ui-origin`);
  }
  const [path] = (request.url ?? '').split('?');
  if (path !== '/encode' && path !== '/decode') return refuse(404, 'there is only /encode and /decode');
  if (method === 'OPTIONS') return { status: 204, body: '' };
  if (method !== 'POST') return refuse(405, `${path} takes POST`, { allow: 'POST, OPTIONS' });
  if (!isAuthorised(headers.authorization, options.token)) {
    return refuse(401, 'the token is missing or wrong', { 'www-authenticate': 'Bearer' });
  }
  const body = await read(request);
  if (body === null) return refuse(413, `a request may have ${mostBytes} bytes at most`, { connection: 'close' });
  return convert(path, body, options.codec);
}

async function convert(path: '/encode' | '/decode', body: string, codec: EncryptingCodec): Promise<Reply> {
  const payloads = readPayloads(body);
  if (payloads === null) return refuse(400, 'the body has to be {"payloads": [{"metadata": {…}, "data": "…"}]}');
  try {
    const converted = await (path === '/encode' ? codec.encode(payloads) : codec.decode(payloads));
    return { status: 200, body: writePayloads(converted), headers: { 'content-type': 'application/json' } };
  } catch (error) {
    if (error instanceof PayloadUnreadable) return refuse(400, error.message);
    throw error;
  }
}

function refuse(status: number, message: string, headers: Reply['headers'] = {}): Reply {
  return { status, body: `${message}\n`, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } };
}

function corsOf({ headers: { origin } }: IncomingMessage, { origins }: EndpointOptions): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
    'access-control-max-age': '600',
  };
}

function isAuthorised(given: string | undefined, token: string | null): boolean {
  if (token === null) return true;
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** null where it is too long; what follows is not read any more. */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Whoever sent too much is to read why, so the connection stays until then.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, headers }: Reply, cors: Record<string, string>): void {
  response.writeHead(status, { ...cors, ...headers, 'cache-control': 'no-store' }).end(body);
}

function listen(server: Server, { host, port }: EndpointOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** Stands before the API server, in this process, and does with single requests what a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';
import type { Gate } from './gate.ts';

export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  readonly body: string;
}

export type Fault =
  /** The API server never sees it. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter?: number }
  | { readonly kind: 'refuse' }
  /** It is passed on that much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is passed on and takes effect; the connection is cut before its answer. */
  | { readonly kind: 'lose-answer' }
  /** It is passed on once the gate is open. */
  | { readonly kind: 'hold'; readonly gate: Gate }
  /** A watch ends that long after it began. */
  | { readonly kind: 'cut'; readonly ms: number }
  /** The answer of the read before, of the same object or list. */
  | { readonly kind: 'stale' };

/** What happens to a request; null lets it pass. */
export type Decide = (request: Passing) => Fault | null;

export class FaultProxy {
  /** For a worker. */
  readonly kubeconfig: string;
  /** How many requests a fault has met. */
  struck = 0;
  decide: Decide = () => null;
  readonly #directory = mkdtempSync(join(tmpdir(), 'cutover-proxy-'));
  readonly #server: Server;
  readonly #upstream: URL;
  readonly #options: RequestOptions;
  readonly #answers = new Map<string, { readonly status: number; readonly body: Buffer }>();

  private constructor(server: Server, upstream: URL, options: RequestOptions) {
    this.#server = server;
    this.#upstream = upstream;
    this.#options = options;
    this.kubeconfig = join(this.#directory, 'kubeconfig');
    const { port } = server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'proxied', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'worker' },
    );
    writeFileSync(this.kubeconfig, config.exportConfig());
    server.on('request', (request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Passes everything on as the user of that kubeconfig. */
  static async before(kubeconfig: string): Promise<FaultProxy> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultProxy(server, new URL(config.getCurrentCluster()?.server ?? ''), options);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = 'GET', url = '/' } = request;
    const isWatch = url.includes('watch=true');
    const fault = this.decide({ method, path: url, isWatch, body: body.toString() });
    if (fault !== null) this.struck += 1;
    switch (fault?.kind) {
      case undefined:
        return this.#forward(request, body, response);
      case 'answer':
        return refuse(response, fault);
      case 'refuse':
        request.socket.destroy();
        return;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return this.#forward(request, body, response);
      case 'lose-answer':
        await this.#ask(request, body);
        request.socket.destroy();
        return;
      case 'hold': {
        const answer = await fault.gate.pass(() => this.#ask(request, body));
        answer.pipe(response);
        return;
      }
      case 'cut':
        setTimeout(() => request.socket.destroy(), fault.ms).unref();
        return this.#forward(request, body, response);
      case 'stale': {
        const old = this.#answers.get(url);
        if (old === undefined) return this.#forward(request, body, response);
        response.writeHead(old.status, { 'content-type': 'application/json' }).end(old.body);
        // What is true now is the old answer of the next one.
        const answer = await this.#ask(request, body);
        this.#answers.set(url, { status: answer.statusCode ?? 0, body: await buffer(answer) });
      }
    }
  }

  async #forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const answer = await this.#ask(request, body, response);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    if (request.method !== 'GET' || (request.url ?? '').includes('watch=true')) {
      answer.pipe(response);
      return;
    }
    const whole = await buffer(answer);
    this.#answers.set(request.url ?? '', { status: answer.statusCode ?? 0, body: whole });
    response.end(whole);
  }

  #ask(
    { method, url = '/', headers }: IncomingMessage,
    body: Buffer,
    client?: ServerResponse,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = httpsRequest(new URL(url, this.#upstream), this.#optionsFor(method, headers), resolve);
      client?.once('close', () => asked.destroy());
      asked.once('error', reject).end(body);
    });
  }

  #optionsFor(method: string | undefined, headers: IncomingMessage['headers']): RequestOptions {
    const { host: _host, ...passed } = headers;
    return { ...this.#options, method, headers: { ...passed, ...(this.#options.headers as Record<string, string>) } };
  }

  /** Port-forwards and the like pass untouched. */
  #upgrade({ method, url = '/', headers }: IncomingMessage, client: Duplex, head: Buffer): void {
    const asked = httpsRequest(new URL(url, this.#upstream), this.#optionsFor(method, headers));
    client.on('error', () => asked.destroy());
    asked.once('error', () => client.destroy());
    asked.once('response', (answer) => {
      client.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\n\r\n`);
    });
    asked.once('upgrade', (answer, upstream: Duplex, first: Buffer) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      client.write(first);
      upstream.write(head);
      upstream.on('error', () => client.destroy());
      upstream.pipe(client).pipe(upstream);
    });
    asked.end();
  }
}

function refuse(response: ServerResponse, { status, retryAfter }: Extract<Fault, { kind: 'answer' }>): void {
  const reason = { 409: 'Conflict', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' }[status];
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason,
    message: 'said by the test',
    code: status,
  };
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    })
    .end(JSON.stringify(body));
}

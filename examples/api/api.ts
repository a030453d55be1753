import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { readBody, sendAnswer, sendText } from './answer.ts';
import type { Answer } from './answer.ts';
import { Catalogue } from './catalogue.ts';
import type { FaultInjector } from './fault-injector.ts';
import { FaultsError } from './faults.ts';
import { createMetrics } from './metrics.ts';
import type { ApiMetrics } from './metrics.ts';
import { routeOf } from './routes.ts';
import type { Route } from './routes.ts';
import { SpareConnections } from './spare-connections.ts';

export interface ApiOptions {
  /** Named in every answer, in the body and in `x-version`. */
  readonly version: string;
  /** The pod's name, in every answer. */
  readonly pod: string;
  readonly faults: FaultInjector;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** Longer than the 60 s that load balancers keep connections for, so that it is they who close. */
const keepAliveTimeoutMs = 65_000;

/** The example API: a small shop that names its version in every answer and fails when it is told to. */
export class Api {
  readonly server: Server;
  readonly #options: ApiOptions;
  readonly #metrics: ApiMetrics;
  readonly #catalogue = new Catalogue();
  readonly #spare: SpareConnections;
  #isShuttingDown = false;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#fail(request, response, error));
    });
    this.#spare = new SpareConnections(this.server);
    const openConnections = promisify(this.server.getConnections.bind(this.server));
    this.#metrics = createMetrics({ version: options.version, openConnections });
  }

  /** From now on answers close their connections and `/healthz` says that no more should come. */
  announceShutdown(): void {
    this.#isShuttingDown = true;
  }

  /** Ends the connections that were opened before now and on which nothing was asked for. */
  closeSpareConnections(): void {
    for (const socket of this.#spare.list()) socket.destroy();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-version', this.#options.version);
    if (this.#isShuttingDown) response.setHeader('connection', 'close');
    const route = routeOf(request.url ?? '/');
    switch (route.kind) {
      case 'api':
        return await this.#serve(route, request, response);
      case 'health':
        return this.#answerHealth(response);
      case 'metrics':
        return sendText(response, 200, this.#metrics.contentType, await this.#metrics.render());
      case 'faults':
        return await this.#answerFaults(request, response);
    }
  }

  async #serve(
    route: Extract<Route, { kind: 'api' }>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const startedAt = performance.now();
    const method = request.method ?? 'GET';
    response.once('finish', () => {
      const seconds = (performance.now() - startedAt) / 1_000;
      this.#metrics.observe({ method, path: route.name, status: response.statusCode, seconds });
    });
    const { faults, log } = this.#options;
    const fate = await faults.next();
    const answer = fate === 'error' ? injectedError : await this.#answerApi(route, method);
    if (answer.status >= 500) log({ level: 'error', message: answer.body['error'], method, path: route.name });
    if (faults.current.loggedErrors) {
      log({ level: 'error', message: `no price known after ${Math.round(startedAt)} ms`, path: route.name });
    }
    // A shutdown may have begun while the request waited.
    if (this.#isShuttingDown) response.setHeader('connection', 'close');
    const { version, pod } = this.#options;
    sendAnswer(response, { ...answer, body: { version, pod, ...answer.body } });
  }

  async #answerApi(route: Extract<Route, { kind: 'api' }>, method: string): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, body: { error: `${method} is not allowed` }, headers: { allow: 'GET, HEAD' } };
    }
    const notFound: Answer = { status: 404, body: { error: 'not found' } };
    switch (route.name) {
      case '/':
        return { status: 200, body: { name: 'example API', routes: ['/api/items', '/api/items/:id'] } };
      case '/api/items':
        if (this.#options.faults.current.itemsMissing) return notFound;
        return { status: 200, body: { items: await this.#catalogue.list() } };
      case '/api/items/:id': {
        const item = await this.#catalogue.find(route.id ?? '');
        return item ? { status: 200, body: { item } } : notFound;
      }
      case 'other':
        return notFound;
    }
  }

  #answerHealth(response: ServerResponse): void {
    const { version, faults } = this.#options;
    const status = this.#isShuttingDown ? 'shutting down' : faults.current.unready ? 'unready' : 'ok';
    sendAnswer(response, { status: status === 'ok' ? 200 : 503, body: { status, version } });
  }

  async #answerFaults(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, log } = this.#options;
    const isChange = request.method === 'POST' || request.method === 'PUT';
    if (isChange) faults.change(await readBody(request));
    if (request.method === 'DELETE') faults.clear();
    if (isChange || request.method === 'DELETE') {
      log({ level: 'warn', message: 'faults changed', faults: faults.current });
      // After the answer, which a crash at once would take away.
      response.once('close', () => faults.start());
    }
    sendAnswer(response, { status: 200, body: { ...faults.current } });
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const isClients = error instanceof FaultsError || error instanceof RangeError;
    const message = error instanceof Error ? error.message : String(error);
    if (!isClients) this.#options.log({ level: 'error', message, path: request.url });
    if (response.headersSent) response.destroy();
    else sendAnswer(response, { status: isClients ? 400 : 500, body: { error: message } });
  }
}

const injectedError: Answer = {
  status: 500,
  body: { error: 'injected error' },
  headers: { 'x-injected-error': 'true' },
};

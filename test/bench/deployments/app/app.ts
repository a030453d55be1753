/** The app that the bench deploys: it counts its requests as the example API does, and fails as it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sendAnswer, sendText } from '../../../../examples/api/answer.ts';
import { createMetrics, type ApiMetrics } from '../../../../examples/api/metrics.ts';
import { SpareConnections } from '../../../../examples/api/spare-connections.ts';
import { usersQuery } from './behaviour.ts';
import type { Faults } from './faults.ts';

export interface AppOptions {
  /** Named in every answer, in `x-version`. */
  readonly version: string;
  readonly faults: Faults;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
}

/** What a good answer takes: half of them less than this, some of them several times as long. */
const usualMs = 4;
const keepAliveTimeoutMs = 65_000;

export class App {
  readonly server: Server;
  readonly #options: AppOptions;
  readonly #metrics: ApiMetrics;
  readonly #spare: SpareConnections;
  #isShuttingDown = false;

  constructor(options: AppOptions) {
    this.#options = options;
    this.server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#spare = new SpareConnections(this.server);
    const openConnections = promisify(this.server.getConnections.bind(this.server));
    this.#metrics = createMetrics({ version: options.version, openConnections });
  }

  /** Answers for a while yet, each answer closing its connection; then ends. */
  async shutDown(delayMs: number, graceMs: number): Promise<void> {
    this.#isShuttingDown = true;
    await delay(delayMs);
    const late = setTimeout(() => this.server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      for (const socket of this.#spare.list()) socket.destroy();
    });
    clearTimeout(late);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-version', this.#options.version);
    if (this.#isShuttingDown) response.setHeader('connection', 'close');
    const [path, query = ''] = (request.url ?? '/').split('?', 2);
    switch (path) {
      case '/healthz': {
        const isReady = !this.#isShuttingDown && !this.#options.faults.isUnready;
        return sendAnswer(response, { status: isReady ? 200 : 503, body: { status: isReady ? 'ok' : 'unready' } });
      }
      case '/metrics':
        return sendText(response, 200, this.#metrics.contentType, await this.#metrics.render());
      default:
        return await this.#serve(response, query.includes(usersQuery));
    }
  }

  async #serve(response: ServerResponse, isOfUser: boolean): Promise<void> {
    const startedAt = performance.now();
    // Also where the client has given up, as most middleware counts.
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1_000;
      this.#metrics.observe({ method: 'GET', path: '/api/items', status: response.statusCode, seconds });
    });
    const { answer, delayMs, injected } = this.#options.faults.next(isOfUser, Date.now());
    if (answer === 'none') return;
    await delay(delayMs + usualMs * Math.exp(0.6 * gaussian()), undefined, { ref: false });
    const status = answer === 'error' ? 500 : 200;
    if (status === 500) this.#options.log({ level: 'error', message: 'the order could not be read' });
    if (this.#isShuttingDown) response.setHeader('connection', 'close');
    // The name that the load generator knows: it counts these apart, whatever their status.
    const headers = injected ? { 'x-injected-error': 'true' } : {};
    sendAnswer(response, { status, body: status === 200 ? { items: [] } : { error: 'internal' }, headers });
  }
}

/** By Box and Muller. */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

/**
 * Every request to the API server goes through here: one pool of connections, beside those of the streams that last;
 * credentials as the kubeconfig says, a timeout on each request so that a server that hangs does not hang its caller,
 * and a count of requests.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ApiException, HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import { forbidden } from './errors.ts';
import { pauseBeforeRepeat, Refusals, retryAfterOf } from './repeat.ts';
import { timeLimit } from './time-limit.ts';

/** An object as the API server sends it: the client library's types say Date where JSON has text. */
export type Json<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method?: Method;
  /** From the server's root: `/api/v1/namespaces/default/services/api-service`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
  /** How long the whole answer may take; 10 s by default, null where its signal says so. */
  readonly timeoutMs?: number | null;
  /** A stream that stays open, beside the pool. */
  readonly lasting?: boolean;
  /** Whoever sends it repeats it himself. */
  readonly once?: boolean;
  /** How long after its first sending it may be sent again; 10 s by default. */
  readonly againWithinMs?: number;
  /** To send it twice is as good as once, so that it may be sent again whatever became of it. */
  readonly idempotent?: boolean;
}

const requestTimeoutMs = 10_000;
/** Shorter than the API server keeps an idle connection, so that none is used while the server closes it. */
const idleConnectionMs = 30_000;
const pool = { keepAlive: true, maxSockets: 64, timeout: idleConnectionMs, scheduling: 'lifo' } as const;
/** As many as there are watches: where they filled the pool, a rollback would wait until one of them ends. */
const ofStreams = { ...pool, maxSockets: Number.POSITIVE_INFINITY } as const;

interface Agents {
  readonly given: http.Agent;
  readonly pooled: http.Agent;
  readonly streams: http.Agent;
}

export class ApiServer {
  readonly #kubeConfig: KubeConfig;
  readonly #server: string;
  #agents: Agents | null = null;
  #requests = 0;
  readonly #refusals = new Refusals();

  constructor(kubeConfig: KubeConfig, server: string) {
    this.#kubeConfig = kubeConfig;
    this.#server = server.replace(/\/+$/, '');
  }

  /** The base URL of the server. */
  get url(): string {
    return this.#server;
  }

  /** How many requests were sent since the start of this process. */
  get requests(): number {
    return this.#requests;
  }

  /** Closes idle connections; the object stays usable. */
  close(): void {
    this.#agents?.pooled.destroy();
    this.#agents?.streams.destroy();
    this.#agents = null;
  }

  /**
   * Sends a request and gives the parsed JSON answer. Rejects with the library's ApiException for a status that is not
   * 2xx, with DeploymentError('Forbidden') for 403, and with the network's error when the server was not reached; where
   * it may be sent again without harm, only after some tries.
   */
  async json<T>(request: ApiRequest): Promise<T> {
    const started = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.#jsonOnce<T>(request);
        this.#refusals.taken(request);
        return answer;
      } catch (error) {
        const pauseMs = pauseBeforeRepeat(request, error, tries);
        if (pauseMs === null || request.signal?.aborted === true) throw error;
        const sentAgainAfterMs = performance.now() - started + pauseMs;
        if (sentAgainAfterMs > (request.againWithinMs ?? requestTimeoutMs))
          throw this.#refusals.outdated(request, error);
        await sleep(pauseMs, undefined, request.signal === undefined ? {} : { signal: request.signal });
      }
    }
  }

  async #jsonOnce<T>(request: ApiRequest): Promise<T> {
    const response = await this.open(request);
    const body = await text(response);
    const status = response.statusCode ?? 0;
    if (status === 403) throw forbidden(request.method ?? 'GET', request.path, body);
    if (status < 200 || status > 299) {
      throw new ApiException(status, http.STATUS_CODES[status] ?? '', body, retryAfterOf(response));
    }
    return JSON.parse(body) as T;
  }

  /** Sends a request and gives the answer, whatever its status, with its body as a stream. */
  async open(request: ApiRequest): Promise<http.IncomingMessage> {
    const url = new URL(this.#server + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const { agents, headers } = await this.#credentials(url);
    this.#requests += 1;
    const { signal, timeoutMs = requestTimeoutMs } = request;
    const limit = timeoutMs === null ? null : timeLimit(timeoutMs, signal);
    const options = {
      method: request.method ?? 'GET',
      agent: request.lasting === true ? agents?.streams : agents?.pooled,
      headers: { accept: 'application/json', ...headers, ...request.headers, ...lengthOf(request) },
      signal: limit?.signal ?? signal,
    };
    const send = url.protocol === 'http:' ? http.request : https.request;
    return new Promise((resolve, reject) => {
      const received = (response: http.IncomingMessage): void => {
        // Who reads the body learns of its errors; where nobody reads it, they must not end the process.
        response.on('error', () => undefined);
        response.once('close', () => limit?.release());
        resolve(response);
      };
      const failed = (error: Error): void => {
        limit?.release();
        reject(error);
      };
      send(url, options, received).on('error', failed).end(request.body);
    });
  }

  /** What the kubeconfig says at this moment: tokens and certificates may have been renewed since the last request. */
  async #credentials(url: URL): Promise<{ agents: Agents | undefined; headers: Record<string, string> }> {
    const context = new RequestContext(url.origin, HttpMethod.GET);
    await this.#kubeConfig.applySecurityAuthentication(context);
    const given = context.getAgent();
    return { agents: given && this.#agentsLike(given), headers: context.getHeaders() };
  }

  /** The library makes an agent for each request; as long as its options stay the same, the same ones serve them all. */
  #agentsLike(given: http.Agent): Agents {
    if (this.#agents !== null && isDeepStrictEqual(optionsOf(this.#agents.given), optionsOf(given))) {
      return this.#agents;
    }
    this.#agents = { given, pooled: agentLike(given, pool), streams: agentLike(given, ofStreams) };
    return this.#agents;
  }
}

/** An agent with the credentials of the given one; one of a kind that is not known, through a proxy say, stays as it is. */
function agentLike(given: http.Agent, options: http.AgentOptions): http.Agent {
  const kind: unknown = Object.getPrototypeOf(given);
  if (kind === https.Agent.prototype) return new https.Agent({ ...optionsOf(given), ...options });
  return kind === http.Agent.prototype ? new http.Agent(options) : given;
}

/** Node adds no length to the body of a DELETE, and the server would take it for the next request. */
function lengthOf({ body }: ApiRequest): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function optionsOf(agent: http.Agent): http.AgentOptions {
  return (agent as { options?: http.AgentOptions }).options ?? {};
}

/** The product's way to the API server, with the model behind it: one of these a caller. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ApiException, type KubeConfig } from '@kubernetes/client-node';
import { ApiServer, type ApiRequest } from '../../../../src/kubernetes/api-server.ts';
import { forbidden } from '../../../../src/kubernetes/errors.ts';
import { aborted, connectionReset, timedOut, type Fault, type Intercept } from '../faults.ts';
import type { After } from '../time.ts';
import { parseRequest, type SentRequest } from './request.ts';

export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: object }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'watch'; readonly stream: Readable };

/** What is behind all of them. */
export interface Backend {
  readonly after: After;
  readonly intercept: Intercept;
  /** The number of the next request. */
  nextId(): number;
  /** Takes the whole effect of a request, now. Never throws: a refusal is an answer. */
  perform(request: SentRequest, fault: Fault): Answer | Promise<Answer>;
}

const requestTimeoutMs = 10_000;
const noFault: Fault = {};

export class ModelApiServer extends ApiServer {
  readonly #backend: Backend;
  readonly #caller: string;
  #sent = 0;

  constructor(backend: Backend, caller: string, kubeConfig: KubeConfig) {
    super(kubeConfig, 'http://model.invalid');
    this.#backend = backend;
    this.#caller = caller;
  }

  override get requests(): number {
    return this.#sent;
  }

  /** As the real one, but without the way through text: what is kept is frozen. */
  override async json<T>(request: ApiRequest): Promise<T> {
    const answer = await this.#exchange(request);
    if (answer.kind === 'watch') throw new Error('a watch has no answer that ends');
    const { status, body } = answer;
    if (status >= 200 && status <= 299) return (typeof body === 'string' ? JSON.parse(body) : body) as T;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    if (status === 403) throw forbidden(request.method ?? 'GET', request.path, text);
    throw new ApiException(status, STATUS_CODES[status] ?? '', text, {});
  }

  override async open(request: ApiRequest): Promise<IncomingMessage> {
    const answer = await this.#exchange(request);
    switch (answer.kind) {
      case 'json':
        return asMessage(answer.status, { 'content-type': 'application/json' }, JSON.stringify(answer.body));
      case 'text':
        return asMessage(answer.status, answer.headers, answer.body);
      case 'watch':
        return followed(answer.stream, request.signal);
    }
  }

  async #exchange(request: ApiRequest): Promise<Answer> {
    const { signal } = request;
    this.#sent += 1;
    if (signal?.aborted === true) throw aborted(signal);
    const sent = parseRequest(request, this.#backend.nextId(), this.#caller);
    const fault = this.#backend.intercept(sent) ?? noFault;
    if (fault.beforeMs !== undefined || fault.afterMs !== undefined || fault.answer !== undefined) {
      return patiently(request, this.#underway(sent, fault));
    }
    const answer = this.#backend.perform(sent, fault);
    return answer instanceof Promise ? patiently(request, answer) : answer;
  }

  /** The request on its way, with or without somebody who waits for its answer. */
  #underway(sent: SentRequest, fault: Fault): Promise<Answer> {
    const { after } = this.#backend;
    return new Promise((resolve, reject) => {
      const land = (): void => {
        const answer = this.#backend.perform(sent, fault);
        const arrive = (): void => {
          if (fault.answer === undefined) resolve(answer);
          else if (fault.answer === 'reset') reject(connectionReset());
        };
        if (fault.afterMs === undefined) arrive();
        else after(fault.afterMs, arrive);
      };
      if (fault.beforeMs === undefined) land();
      else after(fault.beforeMs, land);
    });
  }
}

/** The answer, unless the sender gives up before. */
function patiently({ signal, timeoutMs = requestTimeoutMs }: ApiRequest, underway: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (then: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      then();
    };
    const giveUp = (): void => end(() => reject(signal === undefined ? timedOut() : aborted(signal)));
    const timer = timeoutMs === null ? undefined : setTimeout(() => end(() => reject(timedOut())), timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    underway.then(
      (answer) => {
        if (!isOver) end(() => resolve(answer));
        else if (answer.kind === 'watch') answer.stream.destroy();
      },
      (error: unknown) => {
        if (!isOver) end(() => reject(error));
      },
    );
  });
}

function asMessage(statusCode: number, headers: Readonly<Record<string, string>>, body: string): IncomingMessage {
  const stream = new Readable({ read: () => undefined });
  stream.push(body);
  stream.push(null);
  return Object.assign(stream, { statusCode, headers }) as unknown as IncomingMessage;
}

/** A watch that ends when its reader aborts. */
function followed(stream: Readable, signal: AbortSignal | undefined): IncomingMessage {
  // Who reads it learns of errors; where nobody reads it, they must not end the process.
  stream.on('error', () => undefined);
  if (signal !== undefined) {
    const stop = (): void => {
      stream.destroy(aborted(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
    stream.once('close', () => signal.removeEventListener('abort', stop));
  }
  const headers = { 'content-type': 'application/json' };
  return Object.assign(stream, { statusCode: 200, headers }) as unknown as IncomingMessage;
}

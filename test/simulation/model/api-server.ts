/**
 * The API server of the model: takes requests as the real one does, each with a way there and a way back that take time.
 *
 * A request that was sent takes effect even when its caller dies or gives up, as it may in the real world. Reads are of
 * the newest state, which Kubernetes promises for requests without a resourceVersion; only watches lag.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ApiException } from '@kubernetes/client-node';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import { forbidden } from '../../../src/kubernetes/errors.ts';
import type { PatchOperation } from '../../../src/kubernetes/service-patch.ts';
import type { Owner, VirtualClock } from '../clock.ts';
import type { Random } from '../random.ts';
import { conflict, listOf, notFound, ok, parsePairs, refusal, type Answer } from './answers.ts';
import { applyPatch, mergeApply } from './json-patch.ts';
import type { Known, Knowledge } from './knowledge.ts';
import { collections, hasLabels, type KubeObject } from './objects.ts';
import { kindOf, type RequestFault, type RequestFaults } from './request-faults.ts';
import type { Draft, Store } from './store.ts';
import { openWatch } from './watch-stream.ts';

export interface Caller extends Owner {
  readonly id: string;
  readonly knowledge: Knowledge;
  /** How much later its requests take effect. */
  readonly lateMs: () => number;
  /** Told before each request; the caller may die of it. */
  readonly sends: (request: ApiRequest) => void;
}

/** A change that a request made, at the moment when it was made. */
export interface Effect {
  readonly caller: Caller | 'somebody';
  readonly method: string;
  readonly collection: string;
  readonly name: string;
  readonly before: KubeObject | null;
  readonly after: KubeObject | null;
  /** What the caller knew when it sent the request. */
  readonly known: Known | null;
  /** When the caller sent it, in the clock's milliseconds. */
  readonly sentAt: number | null;
  /** The version of the cluster before it. */
  readonly asOf: number;
}

export interface ApiServerParts {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly store: Store;
  readonly faults: RequestFaults;
  readonly service: string;
  readonly onEffect: (effect: Effect) => void;
}

const defaultTimeoutMs = 10_000;

export class ModelApiServer {
  requests = 0;
  readonly parts: ApiServerParts;
  #generated = 0;

  constructor(parts: ApiServerParts) {
    this.parts = parts;
  }

  /** As ApiServer.json. */
  async json(caller: Caller, request: ApiRequest): Promise<unknown> {
    const { status, body } = await this.#send(caller, request);
    // The store's own objects: they are frozen, so nobody can change them by changing an answer.
    if (status >= 200 && status <= 299) return body;
    const text = JSON.stringify(body);
    if (status === 403) throw forbidden(request.method ?? 'GET', request.path, text);
    throw new ApiException(status, STATUS_CODES[status] ?? '', text, {});
  }

  /** As ApiServer.open. */
  async open(caller: Caller, request: ApiRequest): Promise<IncomingMessage> {
    if (request.query?.['watch'] === true) return this.#watch(caller, request);
    const { status, body } = await this.#send(caller, request);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Object.assign(Readable.from([Buffer.from(text)]), {
      statusCode: status,
      headers: { 'content-type': 'application/json' },
    }) as unknown as IncomingMessage;
  }

  #send(caller: Caller, request: ApiRequest): Promise<Answer> {
    const { clock, random, faults, service } = this.parts;
    this.requests += 1;
    caller.sends(request);
    const fault = faults.next(kindOf(request, service));
    const sent = { known: caller.knowledge.now, at: clock.now };
    const there = random.between(1, 6) + caller.lateMs() + (fault?.kind === 'late' ? fault.ms : 0);
    const back = random.between(1, 6) + (fault?.kind === 'slow' ? fault.ms : 0);
    return this.#answered(caller, request, (resolve, reject) => {
      clock.after(there, () => {
        if (fault?.kind === 'lost') {
          reject(networkError());
          return;
        }
        const answer = refusalBy(fault, request) ?? this.#take(caller, sent, request);
        const asOf = this.parts.store.version;
        clock.after(back, () => {
          if (fault?.kind === 'answer-lost') reject(networkError());
          else if (resolve(answer)) this.#learn(caller, request, answer, asOf);
        });
      });
    });
  }

  /** A promise of what the caller hears: nothing once it is dead, an error once it has given up. */
  #answered<T>(
    caller: Caller,
    { signal, timeoutMs = defaultTimeoutMs }: ApiRequest,
    begin: (resolve: (value: T) => boolean, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let open = !caller.dead;
      const close = (): boolean => {
        const first = open && !caller.dead;
        open = false;
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
        return first;
      };
      const fail = (error: unknown): void => {
        if (close()) reject(error);
      };
      const abort = (): void => fail(abortError());
      const timer = timeoutMs === null ? null : this.parts.clock.after(timeoutMs, () => fail(timeoutError()));
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      begin((value) => {
        const first = close();
        if (first) resolve(value);
        return first;
      }, fail);
    });
  }

  #learn(caller: Caller, { path, query }: ApiRequest, { status, body }: Answer, asOf: number): void {
    if (status < 200 || status > 299 || typeof body !== 'object' || body === null || isReview(path)) return;
    const when = { asOf, at: this.parts.clock.now };
    const { collection, name } = locate(path);
    if (name !== null) caller.knowledge.saw(collection, body as KubeObject, when);
    else if ('items' in body)
      caller.knowledge.listed(collection, body.items as KubeObject[], parsePairs(query?.['labelSelector']), when);
  }

  async #watch(caller: Caller, request: ApiRequest): Promise<IncomingMessage> {
    const { clock, random, faults, store } = this.parts;
    this.requests += 1;
    caller.sends(request);
    const fault = faults.next('watch');
    if (caller.dead) return new Promise(() => undefined);
    return this.#answered<IncomingMessage>(caller, { ...request, timeoutMs: null }, (resolve, reject) => {
      clock.after(random.between(1, 6) + (fault?.kind === 'late' || fault?.kind === 'slow' ? fault.ms : 0), () => {
        if (fault?.kind === 'lost' || fault?.kind === 'answer-lost') {
          reject(networkError());
          return;
        }
        const refused = refusalBy(fault, request);
        if (refused === null) resolve(openWatch({ clock, store, caller, request, fault }));
        else
          resolve(
            Object.assign(Readable.from([Buffer.from(JSON.stringify(refused.body))]), {
              statusCode: refused.status,
            }) as unknown as IncomingMessage,
          );
      });
    });
  }

  /** The request takes effect, now. */
  #take(caller: Caller, sent: { readonly known: Known; readonly at: number }, request: ApiRequest): Answer {
    const { method = 'GET', path, body } = request;
    if (isReview(path)) return ok({ status: { allowed: true } }, 201);
    const { collection, name, subresource } = locate(path);
    if (subresource === 'log') return ok('a line of the log\n');
    if (method === 'GET') return this.#read(collection, name, request);
    const asOf = this.parts.store.version;
    const before = name === null ? null : this.parts.store.get(collection, name);
    const answer = this.#change(request, { collection, name, before, text: String(body ?? '') });
    const after = name === null ? null : this.parts.store.get(collection, name);
    if (asOf !== this.parts.store.version)
      this.parts.onEffect({
        caller,
        method,
        collection,
        name: name ?? '',
        before,
        after,
        known: sent.known,
        sentAt: sent.at,
        asOf,
      });
    return answer;
  }

  #read(collection: string, name: string | null, { path, query }: ApiRequest): Answer {
    const { store } = this.parts;
    if (name !== null) {
      const found = store.get(collection, name);
      return found === null ? notFound(path) : ok(found);
    }
    const labels = parsePairs(query?.['labelSelector']);
    const { 'metadata.name': only } = parsePairs(query?.['fieldSelector']);
    const items = store
      .list(collection)
      .filter((object) => hasLabels(object, labels) && (only === undefined || object.metadata.name === only));
    return listOf(items, store.version);
  }

  #change(request: ApiRequest, target: Target): Answer {
    const { store } = this.parts;
    const { path, query, headers = {} } = request;
    const { collection, name, before, text } = target;
    switch (request.method) {
      case 'POST': {
        const draft = JSON.parse(text) as Draft & { metadata: { generateName?: string } };
        const { generateName, ...metadata } = draft.metadata;
        const created = metadata.name ?? `${generateName ?? ''}${(this.#generated += 1)}`;
        if (store.get(collection, created) !== null)
          return refusal(409, 'AlreadyExists', `${path}/${created} already exists`);
        return ok(store.put(collection, { ...draft, metadata: { ...metadata, name: created } }), 201);
      }
      case 'PATCH': {
        if (headers['content-type'] === 'application/apply-patch+yaml') {
          const wanted = JSON.parse(text) as Draft;
          if (query?.['dryRun'] === 'All') return ok(wanted);
          return ok(store.put(collection, mergeApply(before ?? {}, wanted) as Draft));
        }
        if (before === null) return notFound(path);
        const patched = applyPatch(before, JSON.parse(text) as PatchOperation[]);
        if (!patched.ok) return refusal(422, 'Invalid', `testing ${patched.path} failed`);
        return ok(store.put(collection, patched.value));
      }
      case 'DELETE':
        return name === null ? this.#removeAll(collection, request) : this.#remove(path, target);
      default:
        throw new Error(`the model takes no ${request.method ?? 'GET'} ${path}`);
    }
  }

  #remove(path: string, { collection, name, before, text }: Target): Answer {
    const { store, clock } = this.parts;
    if (before === null || name === null) return notFound(path);
    const { preconditions, propagationPolicy } = JSON.parse(text === '' ? '{}' : text) as {
      preconditions?: { uid?: string; resourceVersion?: string };
      propagationPolicy?: string;
    };
    const { uid, resourceVersion } = before.metadata;
    if (preconditions?.uid !== undefined && preconditions.uid !== uid) return conflict(path);
    if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion)
      return conflict(path);
    if (propagationPolicy !== 'Foreground') {
      store.remove(collection, name);
      return ok(before);
    }
    const deletionTimestamp = before.metadata.deletionTimestamp ?? new Date(clock.now).toISOString();
    return ok(store.put(collection, { ...before, metadata: { ...before.metadata, deletionTimestamp } }));
  }

  #removeAll(collection: string, { query }: ApiRequest): Answer {
    const labels = parsePairs(query?.['labelSelector']);
    for (const object of this.parts.store.list(collection))
      if (hasLabels(object, labels)) this.parts.store.remove(collection, object.metadata.name);
    return ok({ status: 'Success' });
  }
}

interface Target {
  readonly collection: string;
  readonly name: string | null;
  readonly before: KubeObject | null;
  readonly text: string;
}

const known = Object.values(collections);

function locate(path: string): { collection: string; name: string | null; subresource: string | null } {
  const collection = known.find((one) => path === one || path.startsWith(`${one}/`));
  if (collection === undefined) throw new Error(`the model has no ${path}`);
  const [name = null, subresource = null] = path === collection ? [] : path.slice(collection.length + 1).split('/');
  return { collection, name, subresource };
}

function isReview(path: string): boolean {
  return path.endsWith('/selfsubjectaccessreviews');
}

function refusalBy(fault: RequestFault | null, { path }: ApiRequest): Answer | null {
  switch (fault?.kind) {
    case 'unavailable':
      return refusal(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
    case 'throttled':
      return refusal(429, 'TooManyRequests', 'too many requests, please try again later');
    case 'conflict':
      return conflict(path);
    default:
      return null;
  }
}

function networkError(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function timeoutError(): Error {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

function abortError(): Error {
  return Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' });
}

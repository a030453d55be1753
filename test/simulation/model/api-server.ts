/**
 * The API server of the model: takes requests as the real one does, each with a way there and a way back that take time.
 *
 * A request that was sent takes effect even when its caller dies or gives up, as it may in the real world. Reads are of
 * the newest state, which Kubernetes promises for requests without a resourceVersion; only watches lag.
 */
import type { IncomingMessage } from 'node:http';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import type { Owner } from '../clock.ts';
import type { Random } from '../random.ts';
import { answerOf, type Answer } from './api/answers.ts';
import { isResource, type ApiObject } from './api/kinds.ts';
import { Refusal } from './api/refusal.ts';
import type { Registry } from './api/registry.ts';
import { isMutating, parseRequest, type SentRequest } from './api/request.ts';
import { reviewOf } from './api/review.ts';
import { heardBy, messageOf } from './exchange.ts';
import type { Known, Knowledge } from './knowledge.ts';
import { connectionReset } from './network-errors.ts';
import type { KubeObject } from './objects.ts';
import { logOf } from './pods/log.ts';
import type { ModelNode } from './pods/node.ts';
import { kindOf, refusalBy, type RequestFaults } from './request-faults.ts';
import type { Clock } from './time.ts';
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
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly node: ModelNode;
  readonly faults: RequestFaults;
  readonly service: string;
  readonly onEffect: (effect: Effect) => void;
}

interface Sent {
  readonly caller: Caller;
  readonly request: SentRequest;
  readonly known: Known;
  readonly at: number;
}

export class ModelApiServer {
  requests = 0;
  readonly #parts: ApiServerParts;

  constructor(parts: ApiServerParts) {
    this.#parts = parts;
  }

  /** As ApiServer.open. */
  async open(caller: Caller, request: ApiRequest): Promise<IncomingMessage> {
    this.requests += 1;
    caller.sends(request);
    const parsed = parseRequest(request);
    return parsed.verb === 'watch' ? this.#watch(caller, request, parsed) : this.#send(caller, request, parsed);
  }

  #send(caller: Caller, request: ApiRequest, parsed: SentRequest): Promise<IncomingMessage> {
    const { clock, random, faults, service, registry } = this.#parts;
    const fault = faults.next(kindOf(parsed, service));
    const sent = { caller, request: parsed, known: caller.knowledge.now, at: clock.now };
    const there = random.between(1, 6) + caller.lateMs() + (fault?.kind === 'late' ? fault.ms : 0);
    const back = random.between(1, 6) + (fault?.kind === 'slow' ? fault.ms : 0);
    return heardBy(caller, clock, request, (resolve, reject) => {
      clock.after(there, () => {
        if (fault?.kind === 'lost') {
          reject(connectionReset());
          return;
        }
        const answer = answering(() => {
          refusalBy(fault, parsed);
          return this.#take(sent);
        });
        const asOf = registry.store.revision;
        clock.after(back, () => {
          if (fault?.kind === 'answer-lost') reject(connectionReset());
          else if (resolve(messageOf(answer.status, answer.body))) this.#learn(sent, answer, asOf);
        });
      });
    });
  }

  #watch(caller: Caller, request: ApiRequest, parsed: SentRequest): Promise<IncomingMessage> {
    const { clock, random, faults, registry } = this.#parts;
    const fault = faults.next('watch');
    const there = random.between(1, 6) + (fault?.kind === 'late' || fault?.kind === 'slow' ? fault.ms : 0);
    return heardBy<IncomingMessage>(caller, clock, { ...request, timeoutMs: null }, (resolve, reject) => {
      clock.after(there, () => {
        if (fault?.kind === 'lost' || fault?.kind === 'answer-lost') {
          reject(connectionReset());
          return;
        }
        try {
          refusalBy(fault, parsed);
          if (caller.dead || request.signal?.aborted === true) return;
          resolve(
            openWatch({ clock, store: registry.store, caller, request: parsed, signal: request.signal ?? null, fault }),
          );
        } catch (error) {
          const { status, body } = refused(error);
          resolve(messageOf(status, body));
        }
      });
    });
  }

  /** The request takes effect, now. Throws a Refusal. */
  #take(sent: Sent): Answer {
    const { request } = sent;
    const { registry, node } = this.#parts;
    if (request.verb === 'review') return { status: 201, body: reviewOf(request) };
    if (request.subresource === 'log') return { status: 200, body: logOf(registry, node, request) };
    return isMutating(request) ? this.#change(sent) : answerOf(registry, request);
  }

  #change({ caller, request, known, at }: Sent): Answer {
    const { registry, onEffect } = this.#parts;
    const { method, resource: collection, name } = request;
    const asOf = registry.store.revision;
    const before = this.#find(request);
    const answer = answerOf(registry, request);
    if (asOf !== registry.store.revision) {
      const after = this.#find(request);
      onEffect({ caller, method, collection, name: name ?? '', before, after, known, sentAt: at, asOf });
    }
    return answer;
  }

  #find({ resource, namespace, name }: SentRequest): ApiObject | null {
    return isResource(resource) && name !== null ? this.#parts.registry.store.find(resource, namespace, name) : null;
  }

  #learn({ caller, request }: Sent, { status, body }: Answer, asOf: number): void {
    const { resource, name, query, subresource, verb } = request;
    if (status < 200 || status > 299 || typeof body === 'string' || subresource !== null || verb === 'review') return;
    const when = { asOf, at: this.#parts.clock.now };
    if (name !== null) caller.knowledge.saw(resource, body as KubeObject, when);
    else if ('items' in body)
      caller.knowledge.listed(resource, body.items as KubeObject[], query['labelSelector'], when);
  }
}

/** Refusals are answers too. */
function answering(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Answer {
  if (!(error instanceof Refusal)) throw error;
  return { status: error.code, body: error.document };
}

/** What goes wrong between the product and the API server, request by request. */
import { conflict, modified, Refusal } from './api/refusal.ts';
import { isResource } from './api/kinds.ts';
import type { SentRequest } from './api/request.ts';

/** What kind of request a fault waits for. `switch`: patches of the production Service. */
export type RequestKind = 'read' | 'write' | 'switch' | 'watch' | 'review';

export type RequestFault =
  | {
      readonly on: RequestKind;
      readonly nth: number;
      readonly kind: 'lost' | 'answer-lost' | 'unavailable' | 'throttled';
    }
  /** Takes effect, or is answered, this much later; the caller may have given up by then. */
  | { readonly on: RequestKind; readonly nth: number; readonly kind: 'late' | 'slow'; readonly ms: number }
  /** The server refuses because somebody else was faster. */
  | { readonly on: 'write' | 'switch'; readonly nth: number; readonly kind: 'conflict' }
  | { readonly on: 'watch'; readonly nth: number; readonly kind: 'cut' | 'stalled'; readonly ms: number }
  | { readonly on: 'watch'; readonly nth: number; readonly kind: 'gone' };

export function kindOf({ verb, resource, name }: SentRequest, service: string): RequestKind {
  switch (verb) {
    case 'review':
    case 'watch':
      return verb;
    case 'get':
    case 'list':
      return 'read';
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
    case 'deletecollection':
      return resource === 'services' && name === service ? 'switch' : 'write';
  }
}

/** Throws the Refusal, if the fault is one. */
export function refusalBy(fault: RequestFault | null, { resource, name }: SentRequest): void {
  switch (fault?.kind) {
    case 'unavailable':
      throw new Refusal('ServiceUnavailable', 'the server is currently unable to handle the request');
    case 'throttled':
      throw new Refusal('TooManyRequests', 'too many requests, please try again later');
    case 'conflict':
      if (isResource(resource)) throw conflict(resource, name ?? '', modified);
      return;
    default:
  }
}

/** Each fault strikes once, at its turn. */
export class RequestFaults {
  readonly #faults: readonly RequestFault[];
  readonly #seen: Record<RequestKind, number> = { read: 0, write: 0, switch: 0, watch: 0, review: 0 };
  /** How many have struck. */
  struck = 0;

  constructor(faults: readonly RequestFault[]) {
    this.#faults = faults;
  }

  next(kind: RequestKind): RequestFault | null {
    const nth = this.#seen[kind]++;
    const fault = this.#faults.find((one) => one.on === kind && one.nth === nth) ?? null;
    if (fault !== null) this.struck += 1;
    return fault;
  }
}

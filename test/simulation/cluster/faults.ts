/** What may go wrong with one request, as a simulation decides it. */
import type { WatchFault } from './api/watches.ts';
import type { SentRequest } from './api/request.ts';

export interface Fault {
  /** So much later it takes effect, even when its sender has given up by then. */
  readonly beforeMs?: number;
  /** So much later than its effect its answer arrives. */
  readonly afterMs?: number;
  /** The answer is lost: the connection breaks, or nothing comes until the sender gives up. The effect is there. */
  readonly answer?: 'reset' | 'silence';
  /** It is refused with this status and has no effect. */
  readonly status?: number;
  /** A list is of so long ago. */
  readonly staleMs?: number;
  readonly watch?: WatchFault;
}

export type Intercept = (request: SentRequest) => Fault | null;

/** Errors as Node's HTTP client has them. */
export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

export function aborted(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

export function timedOut(): Error {
  const cause = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  return Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError', code: 'ABORT_ERR' });
}

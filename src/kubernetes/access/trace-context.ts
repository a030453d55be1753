/**
 * W3C trace context, by which a probe can be found again in the traces of the application.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
import { randomBytes } from 'node:crypto';
import type { ProbeRequest } from './access.ts';

export interface TracedRequest<Request extends ProbeRequest> {
  readonly request: Request;
  /** 32 hexadecimal digits; null where the request has a header of its own, which may be a secret. */
  readonly traceId: string | null;
}

const header = 'traceparent';

/** The request as the beginning of a trace of its own, which asks to be recorded. */
export function traced<Request extends ProbeRequest>(request: Request): TracedRequest<Request> {
  const { headers = {} } = request;
  if (Object.keys(headers).some((name) => name.toLowerCase() === header)) return { request, traceId: null };
  const traceId = newId(16);
  const traceparent = `00-${traceId}-${newId(8)}-01`;
  return { request: { ...request, headers: { ...headers, [header]: traceparent } }, traceId };
}

/** What happened to a request, with the id by which its trace can be looked up. */
export function withTrace(what: string, traceId: string | null): string {
  return traceId === null ? what : `${what} (trace ${traceId})`;
}

/** An id of nothing but zeros is none. */
function newId(bytes: number): string {
  const id = randomBytes(bytes).toString('hex');
  return /[1-9a-f]/.test(id) ? id : newId(bytes);
}

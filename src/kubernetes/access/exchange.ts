/** One exchange with a probed application: bounded in time and in what is read, whatever the other side does. */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { DeploymentError } from '../../domain/failure.ts';
import { formatDuration } from '../../domain/duration.ts';
import {
  AccessError,
  type AccessErrorKind,
  type HttpAnswer,
  type ProbeRequest,
  type RequestOptions,
} from './access.ts';

const defaultBodyBytes = 65_536;

/** Runs `work` until it is done, the time is over or the signal aborts; errors become AccessErrors that name `what`. */
export async function bounded<T>(
  what: string,
  { timeoutMs, allowed = formatDuration(timeoutMs), signal }: Pick<RequestOptions, 'timeoutMs' | 'allowed' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const late = new AccessError('timeout', what, `no answer within ${allowed}`);
  const timer = setTimeout(() => {
    controller.abort(late);
  }, timeoutMs);
  const stop = (): void => {
    controller.abort(signal?.reason);
  };
  // Hundreds of requests may wait for the same stop, and that is no leak.
  if (signal !== undefined) setMaxListeners(0, signal);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(controller.signal), aborted(controller.signal)]);
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error instanceof DeploymentError ? error : asAccessError(what, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Sends by `open` and reads the answer as far as the options allow. */
export function exchange(
  what: string,
  options: RequestOptions,
  open: (signal: AbortSignal) => Promise<IncomingMessage>,
): Promise<HttpAnswer> {
  const started = performance.now();
  return bounded(what, options, async (signal) => {
    const response = await open(signal);
    const { bytes, truncated } = await readUpTo(response, options.maxBodyBytes ?? defaultBodyBytes);
    const durationMs = Math.round((performance.now() - started) * 10) / 10;
    const body = bytes.toString('utf8');
    const answer = { status: response.statusCode ?? 0, headers: headersOf(response), body, truncated, durationMs };
    return options.asBytes === true ? { ...answer, bytes } : answer;
  });
}

/** The path as it goes on the wire. Dot segments are resolved here, so that none can lead out of the target. */
export function wirePath(path: string): string {
  const url = new URL(`http://target${path.startsWith('/') ? path : `/${path}`}`);
  return url.pathname + url.search;
}

/** The body as it goes on the wire, and the headers that it needs. */
export function wireBody({ body, headers = {} }: ProbeRequest): { body?: string; headers: Record<string, string> } {
  if (body === undefined) return { headers: { ...headers } };
  if (typeof body === 'string') return { body, headers: { ...lengthOf(body), ...headers } };
  const text = JSON.stringify(body);
  return { body: text, headers: { 'content-type': 'application/json', ...lengthOf(text), ...headers } };
}

function lengthOf(text: string): Record<string, string> {
  return { 'content-length': String(Buffer.byteLength(text)) };
}

async function readUpTo(response: IncomingMessage, limit: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  // Leaving the loop closes the connection: what is too long is never read to its end.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const room = limit - size;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    size += Math.min(chunk.length, room);
    truncated = chunk.length > room;
    if (truncated) break;
  }
  return { bytes: Buffer.concat(chunks), truncated };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const kindOfCode: Readonly<Record<string, AccessErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  ERR_INVALID_CHAR: 'invalid',
  ERR_UNESCAPED_CHARACTERS: 'invalid',
  ERR_HTTP_INVALID_HEADER_VALUE: 'invalid',
  ERR_INVALID_HTTP_TOKEN: 'invalid',
  ERR_INVALID_URL: 'invalid',
};

/** The same words whoever found out: Node, a proxy on the way, or the API server. */
const reasonOfKind: Readonly<Partial<Record<AccessErrorKind, string>>> = {
  refused: 'connection refused',
  reset: 'the connection was closed before the answer was complete',
  timeout: 'no answer in time',
  'no-endpoints': 'no ready endpoint',
};

/** An AccessError that names `what`, from one of lower layers or from an error of Node's network modules by its code. */
function asAccessError(what: string, error: unknown): AccessError {
  if (error instanceof AccessError) return new AccessError(error.kind, what, error.reason, { cause: error });
  const code = codeOf(error);
  if (code.startsWith('HPE_')) {
    return new AccessError('protocol', what, `the answer is not HTTP as it should be (${code})`, { cause: error });
  }
  const said = error instanceof Error && error.message !== '' ? error.message : code;
  return failureOf(kindOfCode[code] ?? 'other', what, said, error);
}

/** An AccessError with the words of its kind, or with what was said where the kind has none. */
export function failureOf(kind: AccessErrorKind, what: string, said: string, cause?: unknown): AccessError {
  return new AccessError(kind, what, reasonOfKind[kind] ?? said.slice(0, 300), { cause });
}

/** Trying both address families gives one error that holds the others. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

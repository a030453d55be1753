import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../../domain/spec.ts';
import type { HttpAnswer } from './way.ts';

const defaultMaximumBytes = 64 * 1024;

/** Reads an answer, never more of it than allowed; then the connection is closed. */
export async function readAnswer(
  response: IncomingMessage,
  startedAt: number,
  maximumBytes = defaultMaximumBytes,
): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  let truncated = false;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const room = maximumBytes - length;
    chunks.push(chunk.subarray(0, room));
    length += Math.min(room, chunk.length);
    if (chunk.length > room) {
      truncated = true;
      response.destroy();
      break;
    }
  }
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
    truncated,
    durationMs: performance.now() - startedAt,
  };
}

/** The body of a request as it is sent, and the headers that belong to it. */
export function bodyOf({ body, headers }: HttpRequest): { body: string | undefined; headers: Record<string, string> } {
  if (body === undefined) return { body, headers: { ...headers } };
  if (typeof body === 'string') return { body, headers: { ...headers } };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

/** The signal of the caller together with a timeout. */
export function bounded(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Target } from './target.ts';

/** What came of sending a request once. */
export type Attempt =
  | { readonly kind: 'response'; readonly response: IncomingMessage; readonly body: string }
  | { readonly kind: 'timeout' }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      /** Whether anything of an answer had come. */
      readonly hasBytes: boolean;
      /** Whether the connection had carried an answer before. */
      readonly isReused: boolean;
    };

/** More of a body than that is read but not kept. */
const bodyLimit = 65_536;

/** Sends a GET once and reads its answer to the end. Never rejects. */
export async function attempt(target: Target, agent: Agent, timeoutMs: number): Promise<Attempt> {
  const { hostname, port, path } = target;
  const request = httpRequest({ hostname, port, path, agent });
  let bytesBefore = 0;
  request.once('socket', (socket) => (bytesBefore = socket.bytesRead));
  let hasTimedOut = false;
  const timer = setTimeout(() => {
    hasTimedOut = true;
    request.destroy();
  }, timeoutMs);
  try {
    return await answerTo(request);
  } catch (error) {
    if (hasTimedOut) return { kind: 'timeout' };
    const { code = '', message } = error as NodeJS.ErrnoException;
    const hasBytes = (request.socket?.bytesRead ?? 0) > bytesBefore;
    // Not request.reusedSocket, which Node does not set for a request that waited in the agent's queue.
    return { kind: 'error', code, message, hasBytes, isReused: bytesBefore > 0 };
  } finally {
    clearTimeout(timer);
  }
}

async function answerTo(request: ClientRequest): Promise<Attempt> {
  return await new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < bodyLimit) body += chunk;
      });
      response.once('end', () => resolve({ kind: 'response', response, body }));
      response.once('error', reject);
    });
    request.end();
  });
}

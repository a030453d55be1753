/** A request under way: what its caller hears of it, and when it hears nothing any more. */
import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import type { Owner } from '../clock.ts';
import { textOfAnswer } from './api/texts.ts';
import { aborted, timedOut } from './network-errors.ts';
import type { Clock } from './time.ts';

/** Tells the caller. Gives false where it was told something before, or is dead. */
type Tell<T> = (value: T) => boolean;

const defaultTimeoutMs = 10_000;

/** A promise of what the caller hears: nothing once it is dead, an error once it has given up. */
export function heardBy<T>(
  caller: Owner,
  clock: Clock,
  { signal, timeoutMs = defaultTimeoutMs }: Pick<ApiRequest, 'signal' | 'timeoutMs'>,
  begin: (resolve: Tell<T>, reject: Tell<unknown>) => void,
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
    const closing =
      <V>(then: (value: V) => void): Tell<V> =>
      (value) => {
        const first = close();
        if (first) then(value);
        return first;
      };
    const fail = closing(reject);
    const abort = (): void => {
      if (signal !== undefined) fail(aborted(signal));
    };
    const timer = timeoutMs === null ? null : clock.after(timeoutMs, () => fail(timedOut()));
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    begin(closing(resolve), fail);
  });
}

/** An answer as Node's HTTP client gives it. */
export function messageOf(status: number, body: object | string): IncomingMessage {
  const isText = typeof body === 'string';
  const stream = new Readable({ read: () => undefined });
  stream.push(isText ? body : textOfAnswer(body));
  stream.push(null);
  return Object.assign(stream, {
    statusCode: status,
    headers: {
      'content-type': isText ? 'text/plain' : 'application/json',
      ...(status === 429 ? { 'retry-after': '1' } : {}),
    },
  }) as unknown as IncomingMessage;
}

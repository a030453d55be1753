import { AccessError } from '../kubernetes/access/index.ts';
import { pause, type Attempt } from './attempt.ts';

const betweenTriesMs = 200;

/**
 * What `send` gives within `timeoutMs`, tried again as long as nobody listens: a pod without a readiness probe counts as
 * ready before its process does. A request that was refused was not sent, so it is not sent twice. Rejects as `send` does.
 */
export async function onceListening<T>(
  attempt: Pick<Attempt, 'signal'>,
  timeoutMs: number,
  send: (leftMs: number) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await send(Math.max(1, deadline - performance.now()));
    } catch (error) {
      const isDeaf = error instanceof AccessError && (error.kind === 'refused' || error.kind === 'no-endpoints');
      if (!isDeaf || deadline - performance.now() <= betweenTriesMs) throw error;
    }
    await pause(attempt, betweenTriesMs);
    attempt.signal.throwIfAborted();
  }
}

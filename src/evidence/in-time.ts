import { setMaxListeners } from 'node:events';
import { formatDuration } from '../domain/duration.ts';
import { timeLimit } from '../kubernetes/time-limit.ts';
import { unmeasured, type Reading, type Source } from './source.ts';

/** The source with a limit to how long one look may take: what hangs is unmeasured, and holds up nobody. */
export function sourceInTime(source: Source, mostMs: () => number): Source {
  return {
    name: source.name,
    async sample(subject, signal): Promise<Reading> {
      const ms = mostMs();
      const limit = timeLimit(ms, signal);
      // Each pod that is asked waits for it.
      setMaxListeners(0, limit.signal);
      const over = new Promise<never>((_, reject) => {
        limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true });
      });
      try {
        return await Promise.race([source.sample(subject, limit.signal), over]);
      } catch (error) {
        if (signal.aborted || !limit.signal.aborted) throw error;
        return unmeasured(`no answer within ${formatDuration(ms)}`);
      } finally {
        limit.release();
      }
    },
  };
}

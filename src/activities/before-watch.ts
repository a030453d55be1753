/** What a watch has to read before its first look. An API server that is away then must not shorten it, nor lengthen it. */
import { deadlines } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { describeApiError, isTransient } from '../kubernetes/errors.ts';
import { timeLimit } from '../kubernetes/time-limit.ts';
import { pause, report, type Attempt } from './attempt.ts';
import type { Target } from './contract.ts';

export type BeforeWatch<T> =
  | { readonly ok: true; readonly read: T }
  /** It could not be read before the watch was over. */
  | { readonly ok: false; readonly why: string };

const betweenTriesMs = 500;
/** Also of a watch that is gone on with after its end. */
const leastMs = 2_000;

/** Tries for as long as the watch has, counted from when its first attempt was scheduled. */
export async function beforeWatch<T>(
  step: 'soak' | 'monitor',
  { target, attempt }: { readonly target: Target; readonly attempt: Attempt },
  read: () => Promise<T>,
): Promise<BeforeWatch<T>> {
  const { ms } = deadlines[step](target.spec);
  const limit = timeLimit(Math.min(2 ** 31 - 1, Math.max(leastMs, attempt.remaining(ms))));
  const over = new Promise<null>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  let why = 'the API server did not answer';
  try {
    for (;;) {
      try {
        const found = await Promise.race([read(), over]);
        if (found !== null) return { ok: true, read: found };
      } catch (error) {
        if (error instanceof DeploymentError || !isTransient(error)) throw error;
        why = describeApiError(error);
      }
      if (limit.signal.aborted) return { ok: false, why };
      attempt.signal.throwIfAborted();
      report(attempt, step, { summary: `not begun yet: ${why}` }, attempt.resume());
      await Promise.race([pause(attempt, betweenTriesMs), over]);
    }
  } finally {
    limit.release();
  }
}

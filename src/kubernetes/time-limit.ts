/** A signal that aborts after some time, or with another one. */

export interface TimeLimit {
  /** Aborts with `parent` and its reason, with a TimeoutError when the time is over, or by `abort`. */
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  /** To be called when the work is done: the parent may live for long. */
  readonly release: () => void;
}

/**
 * `ms` milliseconds. In place of AbortSignal.any with AbortSignal.timeout, of which nothing may be left to abort once
 * memory was collected: https://github.com/nodejs/node/issues/57736. A limit keeps no process alive.
 */
export function timeLimit(ms: number, parent?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const abort = (reason: unknown): void => {
    controller.abort(reason);
  };
  const follow = (): void => abort(parent?.reason);
  const timer = setTimeout(() => {
    abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError'));
  }, ms);
  timer.unref();
  parent?.addEventListener('abort', follow, { once: true });
  if (parent?.aborted === true) follow();
  const release = (): void => {
    clearTimeout(timer);
    parent?.removeEventListener('abort', follow);
  };
  return { signal: controller.signal, abort, release };
}

/** What the work gives, or `otherwise` where it takes longer than that. */
export async function inTime<T>(work: Promise<T> | T, ms: number, otherwise: T): Promise<T> {
  const limit = timeLimit(ms);
  const late = new Promise<T>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(otherwise), { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    limit.release();
  }
}

/** Waiting for the cluster by following it: what is waited for is looked for again whenever something has changed. */
import { setMaxListeners } from 'node:events';
import type { Cluster } from './cluster.ts';
import { Collection, follow, type Source } from './follow.ts';

type Sources = Readonly<Record<string, Source<unknown>>>;

/** The items of each source, in no particular order. */
type Snapshot<S extends Sources> = {
  readonly [Name in keyof S]: S[Name] extends Source<infer T> ? readonly T[] : never;
};

export interface Wait<S extends Sources, R> {
  readonly sources: S;
  /** What is waited for, or null as long as it is not there. Called once every source is known, then on each change. */
  readonly look: (snapshot: Snapshot<S>) => R | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How long the server keeps a watch open; for waits of hours, which need not notice within seconds that one hangs. */
  readonly watchSeconds?: number;
}

export type WaitResult<R> =
  | { readonly reached: true; readonly value: R }
  /** The time is over; `trouble` is what the API server's last trouble was, where it has not answered since. */
  | { readonly reached: false; readonly trouble: string | null };

/** What a timer of Node can hold. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits until `look` finds something. Rejects when the signal aborts, or with an error that cannot get better. */
export async function waitUntil<S extends Sources, R>(
  cluster: Cluster,
  { sources, look, timeoutMs, signal, watchSeconds }: Wait<S, R>,
): Promise<WaitResult<R>> {
  signal.throwIfAborted();
  const stop = new AbortController();
  // Some for each source: from eleven on, Node would take them for a leak.
  setMaxListeners(0, stop.signal);
  const named = Object.entries(sources).map(([name, source]) => ({ name, collection: new Collection(source) }));
  const troubles = new Map<string, string>();
  const lookNow = (): R | null => {
    if (stop.signal.aborted || !named.every(({ collection }) => collection.listed)) return null;
    const items = named.map(({ name, collection }) => [name, collection.items] as const);
    return look(Object.fromEntries(items) as Snapshot<S>);
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<WaitResult<R>>((resolve, reject) => {
      const changed = coalesced(() => {
        const value = lookNow();
        if (value !== null) resolve({ reached: true, value });
      }, reject);
      timer = setTimeout(
        () => {
          resolve({ reached: false, trouble: [...troubles.values()].at(-1) ?? null });
        },
        Math.min(timeoutMs, longestTimerMs),
      );
      signal.addEventListener('abort', () => reject(reasonOf(signal)), { signal: stop.signal });
      for (const { name, collection } of named) {
        const trouble = (said: string | null): void => {
          if (said === null) troubles.delete(name);
          else troubles.set(name, said);
        };
        const following = { signal: stop.signal, changed, trouble };
        follow(cluster, collection, watchSeconds === undefined ? following : { ...following, watchSeconds }).catch(
          reject,
        );
      }
    });
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** Many changes that arrive together are one reason to look. */
function coalesced(look: () => void, failed: (error: Error) => void): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      try {
        look();
      } catch (error) {
        failed(error as Error);
      }
    });
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the wait was stopped');
}

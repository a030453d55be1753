/**
 * Follows a collection of objects: lists it once, then watches it.
 *
 * 1. A watch that breaks goes on from where it was; one that is too old lists again.
 * 2. Trouble with the API server is waited out; only what cannot get better is an error. What it had allowed before and
 *    forbids now it may have to learn anew after a restart, for some seconds.
 */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiException } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { apiErrorKind, describeApiError, forbidden, isTransient } from './errors.ts';
import { forbiddenForGoodMs } from './repeat.ts';
import { timeLimit } from './time-limit.ts';

/** A collection of objects of one kind. `T` is what its items are. */
export interface Source<T> {
  /** For example `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Turns an object as the API server sends it into an item. */
  readonly read: (object: never) => T;
}

/** The server ends a watch after this long, unless another time is asked for; it is opened again at once. */
const usualWatchSeconds = 30;
const openTimeoutMs = 10_000;
const firstDelayMs = 100;
const longestDelayMs = 3_000;
/** A watch that ends sooner than this was cut off, and is not to be opened again at once. */
const shortWatchMs = 1_000;

export interface Following {
  readonly signal: AbortSignal;
  /** A connection that hangs is noticed after this long. */
  readonly watchSeconds?: number;
  readonly changed: () => void;
  readonly trouble: (trouble: string | null) => void;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: {
    readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
    readonly code?: number;
  };
}

/** What is known of one collection. */
export class Collection {
  readonly source: Source<unknown>;
  readonly #items = new Map<string, unknown>();
  listed = false;
  version: string | null = null;
  /** Since when the server forbids what it had allowed. */
  #forbiddenSince: number | null = null;

  constructor(source: Source<unknown>) {
    this.source = source;
  }

  get items(): readonly unknown[] {
    return [...this.#items.values()];
  }

  replace(objects: readonly WatchEvent['object'][], version: string): void {
    this.#items.clear();
    for (const object of objects) this.#put(object);
    this.version = version;
    this.listed = true;
  }

  /** Whether this error may pass. */
  mayPass(error: unknown): boolean {
    const kind = apiErrorKind(error);
    if (kind !== 'forbidden') return isTransient(error) || kind === 'unauthorized' || kind === 'gone';
    const now = performance.now();
    this.#forbiddenSince ??= now;
    return this.listed && now - this.#forbiddenSince < forbiddenForGoodMs;
  }

  allowed(): void {
    this.#forbiddenSince = null;
  }

  apply({ type, object }: WatchEvent): void {
    if (type === 'DELETED') this.#items.delete(object.metadata?.uid ?? '');
    else if (type !== 'BOOKMARK') this.#put(object);
    this.version = object.metadata?.resourceVersion ?? this.version;
  }

  #put(object: WatchEvent['object']): void {
    this.#items.set(object.metadata?.uid ?? '', this.source.read(object as never));
  }
}

/** Follows a collection until the signal aborts; rejects with an error that cannot get better. */
export async function follow(cluster: Cluster, collection: Collection, following: Following): Promise<void> {
  let delay = firstDelayMs;
  while (!following.signal.aborted) {
    try {
      if (collection.version === null) await list(cluster, collection, following);
      const opened = performance.now();
      await watch(cluster, collection, following);
      if (performance.now() - opened >= shortWatchMs) delay = firstDelayMs;
      else delay = await backOff(delay, following.signal);
    } catch (error) {
      if (following.signal.aborted) return;
      if (!collection.mayPass(error)) throw error;
      if (apiErrorKind(error) === 'gone') collection.version = null;
      following.trouble(describeApiError(error));
      delay = await backOff(delay, following.signal);
    }
  }
}

/** Pauses, with jitter, and gives the next pause's length. */
async function backOff(delay: number, signal: AbortSignal): Promise<number> {
  await pause(delay * (0.75 + Math.random() / 2), signal);
  return Math.min(delay * 2, longestDelayMs);
}

async function list(cluster: Cluster, collection: Collection, { signal, changed, trouble }: Following): Promise<void> {
  const { path, labelSelector, fieldSelector } = collection.source;
  const found = await cluster.api.json<{ items?: WatchEvent['object'][]; metadata: { resourceVersion: string } }>({
    path,
    query: { labelSelector, fieldSelector },
    signal,
    once: true,
  });
  collection.replace(found.items ?? [], found.metadata.resourceVersion);
  collection.allowed();
  trouble(null);
  changed();
}

/** One watch, from the version that is known to its end. */
async function watch(cluster: Cluster, collection: Collection, following: Following): Promise<void> {
  const { changed, trouble } = following;
  const response = await openWatch(cluster, collection, following);
  collection.allowed();
  trouble(null);
  for await (const line of linesOf(response)) {
    const event = JSON.parse(line) as WatchEvent;
    if (event.type === 'ERROR') throw new ApiException(event.object.code ?? 500, 'the watch failed', event.object, {});
    collection.apply(event);
    if (event.type !== 'BOOKMARK') changed();
  }
}

/** Unlike node:readline, this fails when the connection does. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function openWatch(
  cluster: Cluster,
  collection: Collection,
  { signal, watchSeconds = usualWatchSeconds }: Following,
): Promise<IncomingMessage> {
  const { path, labelSelector, fieldSelector } = collection.source;
  const limit = timeLimit(watchSeconds * 1_000 + openTimeoutMs, signal);
  const timer = setTimeout(() => {
    limit.abort(new DOMException('the watch was not opened in time', 'TimeoutError'));
  }, openTimeoutMs);
  try {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds,
      resourceVersion: collection.version ?? undefined,
      labelSelector,
      fieldSelector,
    };
    const response = await cluster.api.open({ path, query, signal: limit.signal, timeoutMs: null, lasting: true });
    response.once('close', limit.release);
    const status = response.statusCode ?? 0;
    if (status === 200) return response;
    const body = await text(response);
    throw status === 403 ? forbidden('WATCH', path, body) : new ApiException(status, 'the watch was refused', body, {});
  } catch (error) {
    limit.release();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

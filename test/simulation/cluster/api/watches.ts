/** Watches: a line of JSON for each change, from a version on, until the time is over. */
import { Readable } from 'node:stream';
import type { After } from '../time.ts';
import { apiVersionOf, kinds, type ApiObject, type Resource } from './kinds.ts';
import { Refusal } from './refusal.ts';
import type { Matches } from './selectors.ts';
import type { Change, Store } from './store.ts';

/** What may go wrong with a watch, in milliseconds since it was opened. */
export interface WatchFault {
  /** The connection ends. */
  readonly closeAfterMs?: number;
  /** Nothing comes any more, and the connection stays. */
  readonly stallAfterMs?: number;
  /** Every event comes so much later. */
  readonly lagMs?: number;
}

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string;
  readonly matches: Matches;
  /** null: what is there already is told as added. */
  readonly since: number | null;
  readonly timeoutMs: number;
}

export class Watches {
  readonly #store: Store;
  readonly #after: After;
  readonly #open = new Set<Watch>();

  constructor(store: Store, after: After) {
    this.#store = store;
    this.#after = after;
  }

  open(request: WatchRequest, fault: WatchFault): Readable {
    const watch = new Watch(this.#store, this.#after, request, fault);
    this.#open.add(watch);
    watch.stream.once('close', () => {
      watch.stop();
      this.#open.delete(watch);
    });
    watch.begin();
    return watch.stream;
  }

  /** Ends all watches, as the end of the API server would. */
  closeAll(): void {
    for (const watch of this.#open) watch.end();
  }
}

class Watch {
  readonly stream = new Readable({ read: () => undefined });
  readonly #store: Store;
  readonly #after: After;
  readonly #request: WatchRequest;
  readonly #fault: WatchFault;
  readonly #ends: (() => void)[] = [];
  #isStalled = false;
  #isOver = false;

  constructor(store: Store, after: After, request: WatchRequest, fault: WatchFault) {
    this.#store = store;
    this.#after = after;
    this.#request = request;
    this.#fault = fault;
  }

  begin(): void {
    const { resource, since, timeoutMs } = this.#request;
    const { closeAfterMs, stallAfterMs } = this.#fault;
    if (since !== null && since < this.#store.oldest) {
      const { document } = new Refusal('Expired', `too old resource version: ${since} (${this.#store.oldest})`);
      this.#send('ERROR', document);
      this.end();
      return;
    }
    this.#ends.push(this.#store.onChange((change) => this.#changed(change)));
    this.#in(Math.min(timeoutMs, closeAfterMs ?? timeoutMs), () => {
      if (closeAfterMs === undefined) this.#bookmark();
      this.end();
    });
    if (stallAfterMs !== undefined) this.#in(stallAfterMs, () => (this.#isStalled = true));
    if (since === null) this.#tellAll();
    else for (const change of this.#store.since(resource, since)) this.#changed(change);
  }

  /** The server ends the stream. */
  end(): void {
    this.stop();
    this.stream.push(null);
  }

  stop(): void {
    this.#isOver = true;
    for (const end of this.#ends.splice(0)) end();
  }

  #in(ms: number, run: () => void): void {
    const timer = this.#after(ms, run);
    this.#ends.push(() => timer.cancel());
  }

  #tellAll(): void {
    const { resource, namespace, matches } = this.#request;
    for (const object of this.#store.list(resource, namespace)) if (matches(object)) this.#send('ADDED', object);
  }

  #changed(change: Change): void {
    const { resource, namespace, matches } = this.#request;
    if (change.resource !== resource || change.object.metadata.namespace !== namespace) return;
    const event = eventOf(change, matches);
    if (event === null) return;
    const { lagMs = 0 } = this.#fault;
    if (lagMs === 0) this.#send(event.type, event.object);
    else this.#after(lagMs, () => this.#send(event.type, event.object));
  }

  #bookmark(): void {
    const { resource } = this.#request;
    const metadata = { resourceVersion: String(this.#store.revision) };
    this.#send('BOOKMARK', { kind: kinds[resource].kind, apiVersion: apiVersionOf(resource), metadata });
  }

  #send(type: string, object: object): void {
    if (this.#isOver || this.#isStalled) return;
    this.stream.push(`{"type":"${type}","object":${textOf(object)}}\n`);
  }
}

/** An object that comes to be selected is added to those who watch, and one that is no longer selected deleted. */
function eventOf({ type, object, previous }: Change, matches: Matches): { type: string; object: ApiObject } | null {
  const was = previous !== null && matches(previous);
  const is = type !== 'DELETED' && matches(object);
  if (was && is) return { type: 'MODIFIED', object };
  if (is) return { type: 'ADDED', object };
  return was ? { type: 'DELETED', object: type === 'DELETED' ? object : leaving(previous, object) } : null;
}

/** As it was when it was last selected, at the version that it has now. */
function leaving(previous: ApiObject, { metadata }: ApiObject): ApiObject {
  return { ...previous, metadata: { ...previous.metadata, resourceVersion: metadata.resourceVersion } };
}

const texts = new WeakMap<object, string>();

/** Kept for the other watches that tell of the same version. */
function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}

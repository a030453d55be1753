/** A watch: a line of JSON for each change, from a version on, each a moment later, until the time is over. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { apiVersionOf, kinds, type ApiObject, type Resource } from './api/kinds.ts';
import { Refusal } from './api/refusal.ts';
import { resourceOf, type SentRequest } from './api/request.ts';
import { selecting, type Matches } from './api/selectors.ts';
import type { Change, Store } from './api/store.ts';
import { textOf } from './api/texts.ts';
import type { Caller } from './api-server.ts';
import { aborted, connectionReset } from './network-errors.ts';
import type { RequestFault } from './request-faults.ts';
import type { Clock, Timer } from './time.ts';

interface Watching {
  readonly clock: Clock;
  readonly store: Store;
  readonly caller: Caller;
  readonly request: SentRequest;
  readonly signal: AbortSignal | null;
  readonly fault: RequestFault | null;
}

interface Event {
  readonly type: Change['type'];
  readonly object: ApiObject;
}

const lagMs = 3;
const defaultSeconds = 1_800;

/** Throws a Refusal for what cannot be watched. */
export function openWatch(watching: Watching): IncomingMessage {
  const watch = new Watch(watching);
  watch.begin();
  const headers = { 'content-type': 'application/json' };
  return Object.assign(watch.stream, { statusCode: 200, headers }) as unknown as IncomingMessage;
}

class Watch {
  readonly stream = new Readable({ read: () => undefined });
  readonly #watching: Watching;
  readonly #resource: Resource;
  readonly #matches: Matches;
  readonly #abort: () => void;
  #stalledUntil = 0;
  #stopListening: (() => void) | null = null;
  #end: Timer | null = null;
  #isOver = false;

  constructor(watching: Watching) {
    const { request, signal } = watching;
    const { labelSelector, fieldSelector } = request.query;
    this.#watching = watching;
    this.#resource = resourceOf(request);
    this.#matches = selecting({ labelSelector, fieldSelector });
    this.#abort = () => {
      if (signal !== null) this.#close(aborted(signal));
    };
    // As ApiServer.open has it: where nobody reads, an error must not end the process.
    this.stream.on('error', () => undefined);
    this.stream.once('close', () => this.#close());
  }

  begin(): void {
    const { store, clock, request, signal, fault } = this.#watching;
    const { resourceVersion, timeoutSeconds } = request.query;
    const since = resourceVersion === undefined || resourceVersion === '0' ? null : Number(resourceVersion);
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (fault?.kind === 'gone' || (since !== null && since < store.oldest)) {
      this.#expire(since);
      return;
    }
    if (fault?.kind === 'stalled') this.#stalledUntil = clock.now + fault.ms;
    this.#stopListening = store.onChange((change) => this.#changed(change));
    const seconds = timeoutSeconds === undefined ? defaultSeconds : Number(timeoutSeconds);
    this.#end =
      fault?.kind === 'cut'
        ? clock.after(fault.ms, () => this.#close(connectionReset()))
        : clock.after(seconds * 1_000, () => this.#timeIsOver());
    if (since === null) {
      for (const object of store.list(this.#resource, request.namespace)) {
        if (this.#matches(object)) this.#tell({ type: 'ADDED', object }, store.revision);
      }
    } else for (const change of store.since(this.#resource, since)) this.#changed(change);
  }

  #changed(change: Change): void {
    const { resource, object, revision } = change;
    if (resource !== this.#resource || object.metadata.namespace !== this.#watching.request.namespace) return;
    const event = eventOf(change, this.#matches);
    if (event !== null) this.#tell(event, revision);
  }

  #tell({ type, object }: Event, asOf: number): void {
    const { clock, caller } = this.#watching;
    clock.after(Math.max(lagMs, this.#stalledUntil - clock.now), () => {
      if (this.#isOver || caller.dead) return;
      caller.knowledge.saw(this.#resource, object, { asOf, at: clock.now }, type === 'DELETED');
      this.#send(type, object);
    });
  }

  /** As far as the caller asks for it by `allowWatchBookmarks`. What it has not been told of is not in it. */
  #timeIsOver(): void {
    const { store, clock, request, caller } = this.#watching;
    if (caller.dead || this.#isOver) return;
    if (request.query['allowWatchBookmarks'] === 'true' && this.#stalledUntil <= clock.now) {
      const metadata = { resourceVersion: String(store.revision) };
      const { kind } = kinds[this.#resource];
      this.#stopListening?.();
      // After what is still on its way.
      clock.after(lagMs, () => {
        if (this.#isOver || caller.dead) return;
        this.#send('BOOKMARK', { kind, apiVersion: apiVersionOf(this.#resource), metadata });
        this.#close();
      });
    } else this.#close();
  }

  #expire(since: number | null): void {
    const { store, clock, caller } = this.#watching;
    clock.after(lagMs, () => {
      if (this.#isOver || caller.dead) return;
      const words = `too old resource version: ${since ?? 0} (${store.oldest})`;
      this.#send('ERROR', new Refusal('Expired', words).document);
      this.#close();
    });
  }

  #send(type: string, object: object): void {
    this.stream.push(`{"type":"${type}","object":${textOf(object)}}\n`);
  }

  #close(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { signal, caller } = this.#watching;
    this.#stopListening?.();
    this.#end?.cancel();
    signal?.removeEventListener('abort', this.#abort);
    if (caller.dead || this.stream.destroyed) return;
    if (error === undefined) this.stream.push(null);
    else this.stream.destroy(error);
  }
}

/** An object that comes to be selected is added to those who watch, and one that is no longer selected deleted. */
function eventOf({ type, object, previous }: Change, matches: Matches): Event | null {
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

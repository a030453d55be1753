/** A watch: the changes since a version, and then each as it happens, a moment later. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import type { VirtualClock } from '../clock.ts';
import { parsePairs } from './answers.ts';
import type { Caller } from './api-server.ts';
import { hasLabels } from './objects.ts';
import type { RequestFault } from './request-faults.ts';
import type { Change, Store } from './store.ts';

interface Watching {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly caller: Caller;
  readonly request: ApiRequest;
  readonly fault: RequestFault | null;
}

const lagMs = 3;

export function openWatch({ clock, store, caller, request, fault }: Watching): IncomingMessage {
  const { path, query, signal } = request;
  const labels = parsePairs(query?.['labelSelector']);
  const { 'metadata.name': name } = parsePairs(query?.['fieldSelector']);
  const stream = new Readable({ read: () => undefined });
  // As ApiServer.open has it: where nobody reads, an error must not end the process.
  stream.on('error', () => undefined);
  let stalledUntil = fault?.kind === 'stalled' ? clock.now + fault.ms : 0;
  let over = false;
  const close = (error?: Error): void => {
    if (over) return;
    over = true;
    stopListening();
    signal?.removeEventListener('abort', abort);
    end.cancel();
    if (caller.dead) return;
    if (error === undefined) stream.push(null);
    else stream.destroy(error);
  };
  const abort = (): void => close(Object.assign(new Error('The operation was aborted'), { name: 'AbortError' }));
  const send = (type: string, object: object): void => {
    stream.push(`${JSON.stringify({ type, object })}\n`);
  };
  const tell = ({ type, object, collection, version }: Change): void => {
    if (collection !== path || !hasLabels(object, labels)) return;
    if (name !== undefined && object.metadata.name !== name) return;
    const wait = Math.max(lagMs, stalledUntil - clock.now);
    clock.after(wait, () => {
      if (over || caller.dead) return;
      caller.knowledge.saw(collection, object, { asOf: version, at: clock.now }, type === 'DELETED');
      send(type, object);
    });
  };
  const stopListening = store.listen(tell);
  const seconds = Number(query?.['timeoutSeconds'] ?? 30);
  const end = clock.after(fault?.kind === 'cut' ? fault.ms : seconds * 1_000, () => {
    close(fault?.kind === 'cut' ? Object.assign(new Error('aborted'), { code: 'ECONNRESET' }) : undefined);
  });
  signal?.addEventListener('abort', abort, { once: true });
  if (fault?.kind === 'gone') {
    clock.after(lagMs, () => {
      if (over || caller.dead) return;
      send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
      close();
    });
    stalledUntil = Number.POSITIVE_INFINITY;
  } else {
    const since = Number(query?.['resourceVersion'] ?? store.version);
    for (const change of store.changes) if (change.version > since) tell(change);
  }
  return Object.assign(stream, { statusCode: 200, headers: {} }) as unknown as IncomingMessage;
}

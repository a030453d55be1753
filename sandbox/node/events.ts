import { createHash } from 'node:crypto';
import {
  PatchStrategy,
  setHeaderOptions,
  type CoreV1Event,
  type KubernetesObject,
  type V1ObjectReference,
} from '@kubernetes/client-node';
import { statusCode, type ClusterApi } from './cluster-api.ts';
import { messageOf } from './waiting.ts';

const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const MAX_QUEUED = 1_000;
const MAX_REMEMBERED = 4_096;
const BURST_PER_OBJECT = 25;
const REFILL_MS = 30_000;

/** Names an object for its events. */
export function eventSubject(kind: string, object: KubernetesObject, fieldPath?: string): V1ObjectReference {
  const { name, namespace, uid, resourceVersion } = object.metadata ?? {};
  return {
    kind,
    apiVersion: 'v1',
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(fieldPath !== undefined && { fieldPath }),
  };
}

interface Remembered {
  readonly name: string;
  count: number;
}

/**
 * Records Kubernetes Events in the background, as a kubelet does: an event that repeats raises the count of the first one,
 * and an object that has too many is throttled. An event that cannot be written is lost; nothing waits for it.
 */
export class EventRecorder {
  readonly #api: ClusterApi;
  readonly #source: { component: string; host: string };
  readonly #log: (line: string) => void;
  readonly #seen = new Map<string, Remembered>();
  readonly #allowances = new Map<string, { tokens: number; at: number }>();
  readonly #queue: (() => Promise<void>)[] = [];
  #draining = false;
  #closed = false;

  constructor(api: ClusterApi, nodeName: string, log: (line: string) => void) {
    this.#api = api;
    this.#source = { component: 'kubelet', host: nodeName };
    this.#log = log;
  }

  record(subject: V1ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const key = [subject.kind, subject.uid, subject.fieldPath, type, reason, message].join('\0');
    if (this.#closed || this.#queue.length >= MAX_QUEUED || !this.#allowed(subject.uid ?? '')) return;
    this.#queue.push(() => this.#write(key, subject, type, reason, message));
    if (!this.#draining) void this.#drain();
  }

  /** Stops writing; what is still queued is lost. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      try {
        await next();
      } catch (error) {
        if (!this.#closed) this.#log(`an event was not recorded: ${messageOf(error).split('\n', 1)[0]}`);
      }
    }
    this.#draining = false;
  }

  #allowed(uid: string): boolean {
    const now = Date.now();
    const before = this.#allowances.get(uid) ?? { tokens: BURST_PER_OBJECT, at: now };
    const tokens = Math.min(BURST_PER_OBJECT, before.tokens + (now - before.at) / REFILL_MS);
    remember(this.#allowances, uid, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  /** False when the event has expired meanwhile: the API server keeps events for an hour. */
  async #exists(patch: () => Promise<unknown>): Promise<boolean> {
    try {
      await patch();
      return true;
    } catch (error) {
      if (statusCode(error) === 404) return false;
      throw error;
    }
  }

  async #write(key: string, subject: V1ObjectReference, type: string, reason: string, message: string): Promise<void> {
    const now = new Date();
    const namespace = subject.namespace ?? 'default';
    const earlier = this.#seen.get(key);
    if (earlier) {
      earlier.count += 1;
      const body = { count: earlier.count, lastTimestamp: now };
      if (
        await this.#exists(() => this.#api.core.patchNamespacedEvent({ name: earlier.name, namespace, body }, MERGE))
      ) {
        return;
      }
    }
    const suffix = createHash('sha256').update(`${key}${now.getTime()}`).digest('hex').slice(0, 16);
    const name = `${subject.name}.${suffix}`;
    const body: CoreV1Event = {
      metadata: { name, namespace },
      involvedObject: subject,
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: this.#source,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host,
    };
    remember(this.#seen, key, { name, count: 1 });
    await this.#api.core.createNamespacedEvent({ namespace, body });
  }
}

/** Sets a key and forgets the oldest one when there are too many. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > MAX_REMEMBERED && !oldest.done) map.delete(oldest.value);
}

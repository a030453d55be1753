import { ListWatch, Watch, type KubernetesListObject, type KubernetesObject } from '@kubernetes/client-node';
import type { ClusterApi } from './cluster-api.ts';
import { messageOf, sleep } from './waiting.ts';

export interface WatchHandlers<T> {
  /** An object was added or changed. */
  readonly changed: (object: T) => void;
  /** An object is gone. */
  readonly removed: (object: T) => void;
}

export interface WatchSource<T extends KubernetesObject> {
  readonly path: string;
  readonly fieldSelector?: string;
  list(): Promise<KubernetesListObject<T>>;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** A watch that has held for so long was not part of the last trouble. */
const CALM_MS = 10_000;

/**
 * Follows a collection until the signal aborts: list, watch, resume after errors, list again when the server no longer
 * has the version. Resolves once the first list has been handed over.
 */
export function watchResource<T extends KubernetesObject>(
  api: ClusterApi,
  source: WatchSource<T>,
  handlers: WatchHandlers<T>,
  options: { signal: AbortSignal; log: (line: string) => void },
): Promise<void> {
  let delay = FIRST_DELAY_MS;
  let brokenAt = 0;
  return new Promise((listed) => {
    const list = async () => {
      const result = await source.list();
      // The handlers have run for every listed object once this turn is over.
      setImmediate(listed);
      return result;
    };
    const informer = new ListWatch<T>(
      source.path,
      new Watch(api.kubeConfig),
      list,
      false,
      undefined,
      source.fieldSelector,
    );
    const guarded = (handle: (object: T) => void) => (object: T) => {
      try {
        handle(object);
      } catch (error) {
        options.log(
          `handling ${source.path} ${object.metadata?.namespace}/${object.metadata?.name}: ${messageOf(error)}`,
        );
      }
    };
    informer.on('add', guarded(handlers.changed));
    informer.on('update', guarded(handlers.changed));
    informer.on('delete', guarded(handlers.removed));
    informer.on('error', (error: unknown) => {
      void restart(error);
    });
    const restart = async (error: unknown) => {
      if (options.signal.aborted) return;
      if (Date.now() - brokenAt > CALM_MS) {
        delay = FIRST_DELAY_MS;
        options.log(`watch of ${source.path} broke off: ${messageOf(error)}; resuming`);
      }
      brokenAt = Date.now();
      const whole = await sleep(delay, options.signal);
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      if (whole) await informer.start();
    };
    options.signal.addEventListener('abort', () => {
      void informer.stop();
      listed();
    });
    void informer.start();
  });
}

import type { After, Lag } from '../time.ts';

/** Work on keys, a moment after it was asked for: what is asked for twice in the meantime is done once. */
export class WorkQueue {
  readonly #after: After;
  readonly #lag: Lag;
  readonly #work: (key: string) => void;
  readonly #queued = new Set<string>();

  constructor(after: After, lag: Lag, work: (key: string) => void) {
    this.#after = after;
    this.#lag = lag;
    this.#work = work;
  }

  add(key: string): void {
    if (this.#queued.has(key)) return;
    this.#queued.add(key);
    this.#after(this.#lag(), () => {
      this.#queued.delete(key);
      this.#work(key);
    });
  }
}

/** `namespace/name` as its two parts. */
export function partsOf(key: string): [namespace: string, name: string] {
  const [namespace = '', name = ''] = key.split('/', 2);
  return [namespace, name];
}

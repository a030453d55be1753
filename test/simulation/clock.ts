/**
 * Virtual time for everything in this process: timers, immediates, Date, performance.now and Math.random.
 *
 * 1. Time stands still while code runs; it jumps to the next timer once all promises have settled.
 * 2. Timers of one moment fire in the order in which they were set, so that a sequence repeats itself exactly.
 * 3. Timers belong to the owner in whose flow they were set. Those of an owner that died never fire.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { Heap } from './heap.ts';
import type { Random } from './random.ts';

/** Whose timers they are: one attempt of an activity. */
export interface Owner {
  dead: boolean;
}

interface Timer {
  at: number;
  order: number;
  live: boolean;
  readonly every: number | null;
  readonly owner: Owner | undefined;
  readonly fire: () => void;
}

const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date } = globalThis;
const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date };
const realPerformanceNow = performance.now.bind(performance);
const realRandom = Math.random.bind(Math);
const realAbortTimeout = AbortSignal.timeout.bind(AbortSignal);
const realSleep = timersPromises.setTimeout;

/** Real milliseconds, whether or not a clock is installed. */
export function realNow(): number {
  return realPerformanceNow();
}

/** One for all clocks: Node makes every promise of the process pay for each storage that was ever used. */
const owners = new AsyncLocalStorage<Owner>();

export class VirtualClock {
  now: number;
  readonly #timers = new Heap<Timer>((a, b) => a.at - b.at || a.order - b.order);
  readonly #start: number;
  #order = 0;
  /** How many timers have fired. */
  fired = 0;

  constructor(start = Date.UTC(2026, 0, 5, 9)) {
    this.#start = start;
    this.now = start;
  }

  /** Milliseconds since the sequence began. */
  get elapsed(): number {
    return this.now - this.#start;
  }

  /** Runs with `owner` as the owner of all timers that come of it. */
  own<T>(owner: Owner, run: () => T): T {
    return owners.run(owner, run);
  }

  /** Runs after `ms`, whoever dies in the meantime. */
  after(ms: number, run: () => void): { cancel(): void } {
    const timer = this.#add(ms, run, null, undefined);
    return {
      cancel: () => {
        timer.live = false;
      },
    };
  }

  /** Fires timers until `done` holds or there are none left; gives false when there were none left. */
  async run(done: () => boolean): Promise<boolean> {
    for (;;) {
      await settled();
      if (done()) return true;
      const timer = this.#next();
      if (timer === undefined) return false;
      this.now = Math.max(this.now, timer.at);
      this.fired += 1;
      if (timer.every === null) timer.live = false;
      else {
        timer.at = this.now + timer.every;
        timer.order = this.#order++;
        this.#timers.push(timer);
      }
      if (timer.owner === undefined) timer.fire();
      else owners.run(timer.owner, timer.fire);
    }
  }

  /** Puts virtual time in the place of the real one; the function that is given puts the real one back. */
  install(random: Random): () => void {
    const add = (callback: () => void, ms: number | undefined, every: boolean): Timer => {
      const wait = Math.max(1, Number.isFinite(ms) ? Number(ms) : 1);
      return this.#add(wait, callback, every ? wait : null, owners.getStore());
    };
    Object.assign(globalThis, {
      setTimeout: (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
        handle(add(() => callback(...args), ms, false)),
      setInterval: (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
        handle(add(() => callback(...args), ms, true)),
      setImmediate: (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
        handle(this.#add(0, () => callback(...args), null, owners.getStore())),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
      Date: dateOf(() => this.now),
    });
    performance.now = () => this.elapsed;
    Math.random = () => random.next();
    AbortSignal.timeout = (ms: number) => {
      const controller = new AbortController();
      add(
        () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
        ms,
        false,
      );
      return controller.signal;
    };
    timersPromises.setTimeout = ((ms: number, value: unknown) =>
      new Promise<unknown>((resolve) => {
        add(() => resolve(value), ms, false);
      })) as typeof timersPromises.setTimeout;
    syncBuiltinESMExports();
    return uninstall;
  }

  #add(ms: number, fire: () => void, every: number | null, owner: Owner | undefined): Timer {
    const timer = { at: this.now + ms, order: this.#order++, live: true, every, owner, fire };
    this.#timers.push(timer);
    return timer;
  }

  #next(): Timer | undefined {
    for (;;) {
      const timer = this.#timers.pop();
      if (timer === undefined || (timer.live && timer.owner?.dead !== true)) return timer;
    }
  }
}

/** Node runs an immediate only once no promise and no tick is left to go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    real.setImmediate(resolve);
  });
}

function uninstall(): void {
  Object.assign(globalThis, real);
  performance.now = realPerformanceNow;
  Math.random = realRandom;
  AbortSignal.timeout = realAbortTimeout;
  timersPromises.setTimeout = realSleep;
  syncBuiltinESMExports();
}

function clear(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'live' in timer) timer.live = false;
}

/** What Node's timers can do beside being cleared. */
function handle(timer: Timer): Timer & { unref(): unknown; ref(): unknown } {
  const self = Object.assign(timer, { unref: () => self, ref: () => self });
  return self;
}

function dateOf(now: () => number): DateConstructor {
  const RealDate = real.Date;
  class VirtualDate extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(now());
      else super(...(args as [number]));
    }

    static override now(): number {
      return now();
    }
  }
  return VirtualDate as DateConstructor;
}

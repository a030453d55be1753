/** The fault of one process: what becomes of each request, by what the process has seen of users. */
import type { Behaviour, Fault } from './behaviour.ts';

/** What becomes of a request: `injected` tells that its answer is one of the fault. */
export interface Fate {
  readonly answer: 'good' | 'error' | 'none';
  readonly delayMs: number;
  readonly injected: boolean;
}

const good: Fate = { answer: 'good', delayMs: 0, injected: false };
const injectedError: Fate = { answer: 'error', delayMs: 0, injected: true };

export class Faults {
  readonly #behaviour: Behaviour;
  readonly #crash: () => void;
  readonly #leaked: string[][] = [];
  #requests = 0;
  #users = 0;
  #firstUserAt = Infinity;

  constructor(behaviour: Behaviour, crash: () => void) {
    this.#behaviour = behaviour;
    this.#crash = crash;
  }

  get isUnready(): boolean {
    const { fault } = this.#behaviour;
    return fault?.kind === 'unready' && this.#users >= fault.after;
  }

  /** The fate of a request that has come at this time, in milliseconds since the epoch. */
  next(isOfUser: boolean, now: number): Fate {
    const { cold, fault } = this.#behaviour;
    this.#requests += 1;
    if (isOfUser) {
      this.#users += 1;
      this.#firstUserAt = Math.min(this.#firstUserAt, now);
    }
    const found = isOfUser && fault !== null ? this.#faultOf(fault, now) : null;
    if (found !== null) return found;
    if (this.#failsAnyway(now)) return { ...good, answer: 'error' };
    return cold !== null && this.#requests <= cold.requests ? { ...good, delayMs: cold.ms } : good;
  }

  #failsAnyway(now: number): boolean {
    const { errorRate, bursts } = this.#behaviour;
    const isBurst = bursts !== null && now % bursts.everyMs < bursts.lengthMs;
    return Math.random() < (isBurst ? bursts.errorRate : errorRate);
  }

  #faultOf(fault: Fault, now: number): Fate | null {
    switch (fault.kind) {
      case 'errors':
        return now - this.#firstUserAt >= fault.afterMs && Math.random() < fault.share ? injectedError : null;
      case 'slow':
        return Math.random() < fault.share ? { ...good, delayMs: fault.ms, injected: true } : null;
      case 'hang':
        return Math.random() < fault.share ? { ...good, answer: 'none' } : null;
      case 'crash':
        if (this.#users >= fault.after) this.#crash();
        return null;
      case 'unready':
        return null;
      case 'leak':
        this.#leak(fault.kilobytes);
        return null;
    }
  }

  /** Of objects, which are on the heap that Node.js keeps within its limit. */
  #leak(kilobytes: number): void {
    this.#leaked.push(Array.from({ length: (kilobytes * 1_024) / 32 }, (_, index) => `${this.#users}/${index}`));
  }
}

import type { Result } from './outcome.ts';

/** The answers and failures of a stretch of time. */
export interface Moment {
  /** Its start, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly byVersion: Readonly<Record<string, number>>;
  readonly injectedErrors: number;
  readonly failed: number;
}

const slotMs = 250;
const slotsPerSecond = 1_000 / slotMs;
/** An hour; what is older is left out. */
const slotLimit = 3_600 * slotsPerSecond;

type Slot = { byVersion: Map<string, number>; injectedErrors: number; failed: number };

/** Which version answered when. */
export class Timeline {
  readonly #slots = new Map<number, Slot>();

  add({ outcome, endedAt }: Result): void {
    const slot = this.#slotAt(Math.floor(endedAt / slotMs));
    if (outcome.kind === 'failed') slot.failed++;
    else slot.byVersion.set(outcome.version, (slot.byVersion.get(outcome.version) ?? 0) + 1);
    if (outcome.kind === 'injected-error') slot.injectedErrors++;
  }

  /** Second by second; a second in which nothing ended is left out. */
  seconds(): Moment[] {
    const starts = new Set([...this.#slots.keys()].map((index) => Math.floor(index / slotsPerSecond)));
    return [...starts].sort((a, b) => a - b).map((second) => this.#sum(second * slotsPerSecond));
  }

  /** The last full second before `at`. */
  lastSecond(at: number): Moment {
    return this.#sum(Math.floor(at / slotMs) - slotsPerSecond);
  }

  #slotAt(index: number): Slot {
    const known = this.#slots.get(index);
    if (known) return known;
    const slot: Slot = { byVersion: new Map(), injectedErrors: 0, failed: 0 };
    this.#slots.set(index, slot);
    const oldest = this.#slots.keys().next();
    if (this.#slots.size > slotLimit && oldest.done !== true) this.#slots.delete(oldest.value);
    return slot;
  }

  #sum(from: number): Moment {
    const byVersion: Record<string, number> = {};
    let injectedErrors = 0;
    let failed = 0;
    for (let index = from; index < from + slotsPerSecond; index++) {
      const slot = this.#slots.get(index);
      if (!slot) continue;
      for (const [version, count] of slot.byVersion) byVersion[version] = (byVersion[version] ?? 0) + count;
      injectedErrors += slot.injectedErrors;
      failed += slot.failed;
    }
    return { at: from * slotMs, byVersion, injectedErrors, failed };
  }
}

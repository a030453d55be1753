/**
 * A source that is read beside the looks. A look waits a moment for it, and a later one takes over what was not there by then: what
 * hangs may not hold up the look that finds a bad candidate.
 *
 * 1. Both slots are read at the same time and taken over at the same look: what one of them says alone compares with nothing.
 * 2. The last look reads anew, and waits as for any other source.
 * 3. What was not taken over has changed nothing: it is read again, by this worker or another.
 */
import { inTime } from '../kubernetes/time-limit.ts';
import { sourceInTime } from './in-time.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

export interface Background {
  /** Both slots, or the only one. */
  readonly subjects: readonly Subject[];
  /** Which look this is: the same for both slots. */
  readonly look: () => number;
  /** Whether this may be the last look, which leaves nothing out. */
  readonly isLast: () => boolean;
  /** What it says where nothing can be taken over yet. */
  readonly later: Reading;
  /** For how long a look waits, but for the last one. */
  readonly patienceMs: number;
  /** For how long it may be read beside the looks. */
  readonly mostMs: number;
  /** Told for how long it was read. */
  readonly took: (ms: number) => void;
  readonly now: () => number;
}

/** It rests for so many times as long as it took, so that no server is asked all the time. */
const rest = 2;

export class BackgroundSource implements Source {
  readonly name: string;
  readonly #source: Source;
  readonly #options: Background;
  #reading: BothSlots | null = null;
  #decided: { readonly look: number; readonly isLast: boolean; readonly taken: Promise<BothSlots | null> } | null =
    null;
  #last: { readonly endedAt: number; readonly tookMs: number } | null = null;

  constructor(source: Source, options: Background) {
    this.name = source.name;
    this.#source = source;
    this.#options = options;
  }

  async sample(subject: Subject, signal: AbortSignal): Promise<Reading> {
    const { isLast, taken } = this.#atLook();
    if (isLast) return this.#timed(() => this.#source.sample(subject, signal));
    const both = await taken;
    return both?.of(subject) ?? this.#options.later;
  }

  /** Ends what is still being read; resolves when it has ended. */
  async end(): Promise<void> {
    this.#reading?.stop();
    await this.#reading?.ended;
  }

  /** Decided once, so that both slots are read, or left out. */
  #atLook(): { readonly isLast: boolean; readonly taken: Promise<BothSlots | null> } {
    const look = this.#options.look();
    if (this.#decided?.look !== look) {
      const isLast = this.#options.isLast();
      this.#decided = { look, isLast, taken: isLast ? this.#giveUp() : this.#takeOver() };
    }
    return this.#decided;
  }

  async #takeOver(): Promise<BothSlots | null> {
    if (this.#reading === null) {
      if (!this.#isRested()) return null;
      this.#reading = this.#begin();
    }
    const isThere = await inTime(this.#reading.ended, this.#options.patienceMs, false);
    if (!isThere) return null;
    const both = this.#reading;
    this.#reading = null;
    return both;
  }

  #giveUp(): Promise<null> {
    this.#reading?.stop();
    this.#reading = null;
    return Promise.resolve(null);
  }

  #begin(): BothSlots {
    const { subjects, mostMs } = this.#options;
    const limited = sourceInTime(this.#source, () => mostMs);
    return new BothSlots(subjects, (subject, signal) => this.#timed(() => limited.sample(subject, signal)));
  }

  #isRested(): boolean {
    return this.#last === null || this.#options.now() - this.#last.endedAt >= rest * this.#last.tookMs;
  }

  async #timed(read: () => Promise<Reading>): Promise<Reading> {
    const { now, took } = this.#options;
    const begunAt = now();
    const reading = await read();
    const endedAt = now();
    this.#last = { endedAt, tookMs: endedAt - begunAt };
    took(this.#last.tookMs);
    return reading;
  }
}

/** One reading of both slots. */
class BothSlots {
  /** Resolves when both have been read, whatever came of it. */
  readonly ended: Promise<true>;
  readonly #stop = new AbortController();
  readonly #readings = new Map<Subject['slot'], Reading>();

  constructor(subjects: readonly Subject[], read: (subject: Subject, signal: AbortSignal) => Promise<Reading>) {
    const keep = async (subject: Subject): Promise<void> => {
      const reading = await read(subject, this.#stop.signal).catch((error: unknown) =>
        unmeasured(error instanceof Error ? error.message : String(error)),
      );
      this.#readings.set(subject.slot, reading);
    };
    this.ended = Promise.all(subjects.map(keep)).then(() => true as const);
  }

  of({ slot }: Subject): Reading | undefined {
    return this.#readings.get(slot);
  }

  stop(): void {
    this.#stop.abort();
  }
}

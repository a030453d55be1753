import { afterEach, describe, expect, it } from 'vitest';
import { BackgroundSource } from '../../src/evidence/background-source.ts';
import type { Reading, Source, Subject } from '../../src/evidence/source.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const full = parsed(spec);
const subjects: readonly Subject[] = (['green', 'blue'] as const).map((slot) => ({ spec: full, slot }));
const later: Reading = { kind: 'sample', sample: { logs: 'later' } };
const { signal } = new AbortController();

const readingOf = (count: number): Reading => ({ kind: 'sample', sample: {}, missed: [`reading ${count}`] });

/** A source of which a test says when it answers, and the looks at it. */
class Looking {
  look = 0;
  lastFrom = Infinity;
  nowMs = 0;
  /** How often each slot was read, and what ended early. */
  readonly begun = { green: 0, blue: 0 };
  readonly stopped: string[] = [];
  readonly source: BackgroundSource;
  #answers: (() => void)[] = [];
  #hangs = new Set<string>();

  constructor(mostMs = 60_000) {
    const asked: Source = {
      name: 'logs',
      sample: async ({ slot }, given) => {
        const count = (this.begun[slot] += 1);
        given.addEventListener('abort', () => this.stopped.push(`${slot} ${count}`));
        if (this.#hangs.has(slot)) await new Promise<void>((resolve) => this.#answers.push(resolve));
        return readingOf(count);
      },
    };
    this.source = new BackgroundSource(asked, {
      subjects,
      look: () => this.look,
      isLast: () => this.look >= this.lastFrom,
      later,
      patienceMs: 5,
      mostMs,
      took: () => undefined,
      now: () => this.nowMs,
    });
  }

  hang(...slots: readonly string[]): void {
    this.#hangs = new Set(slots);
  }

  answer(): void {
    for (const answer of this.#answers.splice(0)) answer();
  }

  /** What the look says of both slots. */
  async next(given = signal): Promise<Reading[]> {
    const readings = await Promise.all(subjects.map((subject) => this.source.sample(subject, given)));
    this.look += 1;
    return readings;
  }
}

const looking: Looking[] = [];
const begin = (mostMs?: number): Looking => {
  const one = new Looking(mostMs);
  looking.push(one);
  return one;
};
afterEach(async () => {
  for (const one of looking.splice(0)) await one.source.end();
});

const both = (count: number): Reading[] => [readingOf(count), readingOf(count)];
const none = [later, later];

describe('a source that is read beside the looks', () => {
  it('is read at each look while it is fast', async () => {
    const looks = begin();
    expect([await looks.next(), await looks.next()]).toEqual([both(1), both(2)]);
  });

  it('holds up no look, and is taken over by the first one after its answer, for both slots', async () => {
    const looks = begin();
    looks.hang('blue');
    expect([await looks.next(), await looks.next(), await looks.next()]).toEqual([none, none, none]);
    looks.answer();
    expect(await looks.next()).toEqual(both(1));
    looks.hang();
    expect(await looks.next()).toEqual(both(2));
  });

  it('rests for twice as long as it took', async () => {
    const looks = begin();
    looks.hang('green', 'blue');
    expect(await looks.next()).toEqual(none);
    looks.nowMs = 500;
    looks.answer();
    expect(await looks.next()).toEqual(both(1));
    looks.hang();
    looks.nowMs = 1_499;
    expect(await looks.next()).toEqual(none);
    looks.nowMs = 1_500;
    expect(await looks.next()).toEqual(both(2));
  });

  it('is read anew by the last look, which waits for each slot by itself', async () => {
    const looks = begin();
    looks.hang('green', 'blue');
    await looks.next();
    looks.lastFrom = 1;
    looks.hang('blue');
    const [green, blue] = subjects.map((subject) => looks.source.sample(subject, signal));
    expect(looks.stopped).toEqual(['green 1', 'blue 1']);
    expect(await green).toEqual(readingOf(2));
    looks.answer();
    expect(await blue).toEqual(readingOf(2));
  });

  it('goes on with a fresh reading where the last look was not the last', async () => {
    const looks = begin();
    looks.hang('green', 'blue');
    await looks.next();
    looks.lastFrom = 1;
    looks.hang();
    expect(await looks.next()).toEqual(both(2));
    looks.lastFrom = Infinity;
    expect(await looks.next()).toEqual(both(3));
  });

  it('says why there is nothing where it hangs for too long', async () => {
    const looks = begin(1);
    looks.hang('blue');
    let readings = await looks.next();
    while (readings.includes(later)) readings = await looks.next();
    expect(readings).toEqual([readingOf(1), { kind: 'unmeasured', reason: 'no answer within 1ms' }]);
  });

  it('is told to end with the watch', async () => {
    const looks = begin();
    looks.hang('green', 'blue');
    await looks.next();
    await looks.source.end();
    expect(looks.stopped).toEqual(['green 1', 'blue 1']);
  });
});

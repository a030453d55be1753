import { describe, expect, it } from 'vitest';
import { pacedSource } from '../../src/evidence/paced-source.ts';
import type { Reading } from '../../src/evidence/source.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const skipped: Reading = { kind: 'sample', sample: { logs: 'later' } };
const { signal } = new AbortController();

/** Which looks a source takes that needs so long for each; looks come every 500 ms. */
async function looksTaken(tookMs: number, looks: number, lastFrom = Infinity): Promise<number[]> {
  let [now, look] = [0, 0];
  const taken = new Set<number>();
  const slow = {
    name: 'slow',
    sample: (): Promise<Reading> => {
      taken.add(look);
      now += tookMs / 2;
      return Promise.resolve({ kind: 'sample', sample: {} });
    },
  };
  const paced = pacedSource(slow, { look: () => look, isLast: () => look >= lastFrom, skipped, now: () => now });
  for (; look < looks; look += 1) {
    const begunAt = now;
    const full = parsed(spec);
    const readings = await Promise.all(
      (['blue', 'green'] as const).map((slot) => paced.sample({ spec: full, slot }, signal)),
    );
    expect(readings.every((reading) => (reading === skipped) === !taken.has(look))).toBe(true);
    now = Math.max(now, begunAt + 500);
  }
  return [...taken];
}

describe('a source at its pace', () => {
  it('takes each look while it is fast', async () => {
    expect(await looksTaken(100, 5)).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves looks out while it is slow, for both slots, but for the last', async () => {
    expect(await looksTaken(1_000, 10)).toEqual([0, 3, 6, 9]);
    expect(await looksTaken(1_000, 9, 7)).toEqual([0, 3, 6, 7, 8]);
  });
});

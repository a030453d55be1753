import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesThatTell } from '../../../src/evidence/logs/new-error.ts';

const minutes = 60_000;

/** How likely it is that so many lines all fall to the candidate though both slots log the error equally often. */
const chanceOf = (lines: number, candidateMs: number, stableMs: number): number =>
  (candidateMs / (candidateMs + stableMs)) ** lines;

describe('the lines that make an error a new one', () => {
  it.each([
    [1, 10, 3],
    [10, 30, 3],
    [10, 10, 6],
    [20, 10, 11],
    [50, 10, 23],
    [100, 1, 418],
  ])(
    'are as many as say the same, of %s minutes of the candidate against %s of stable: %s',
    (candidate, stable, lines) => {
      expect(Math.ceil(linesThatTell(candidate * minutes, stable * minutes))).toBe(lines);
    },
  );

  it('are the least for which the chance is 1 in 64 at most, but three', () => {
    const ms = fc.integer({ min: minutes, max: 1_000 * minutes });
    fc.assert(
      fc.property(ms, ms, (candidateMs, stableMs) => {
        const lines = Math.ceil(linesThatTell(candidateMs, stableMs));
        expect(lines).toBeGreaterThanOrEqual(3);
        expect(chanceOf(lines, candidateMs, stableMs)).toBeLessThanOrEqual(1 / 64 + 1e-9);
        expect(lines === 3 || chanceOf(lines - 1, candidateMs, stableMs) > 1 / 64 - 1e-9).toBe(true);
      }),
    );
  });

  it('are never enough where stable was not read', () => {
    expect(linesThatTell(0, 0)).toBe(Infinity);
    expect(linesThatTell(minutes, 0)).toBe(Infinity);
    expect(linesThatTell(0, minutes)).toBe(3);
  });
});

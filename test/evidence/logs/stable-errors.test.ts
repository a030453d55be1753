import { describe, expect, it } from 'vitest';
import { newLogs } from '../../../src/evidence/logs/log-state.ts';
import { readStableErrors, stableErrorsOf, type StableErrors } from '../../../src/evidence/logs/stable-errors.ts';
import { intervalMs, quiet, startedAt, verdictOf, watched, type Said } from './looks.ts';

/** As it goes through the workflow. */
function afterSoak(stable: Said, before: Said = {}): StableErrors | null {
  const soak = watched({ candidate: { 'green-a': { own: 1 } }, stable, before, looks: 12 });
  return readStableErrors(JSON.parse(JSON.stringify(stableErrorsOf(soak))));
}

const text = (n: number): string => `${'ab'.repeat(n)} fails ${'x '.repeat(n % 25)}`;
const different = (count: number): Said => ({
  'blue-a': Object.fromEntries(Array.from({ length: count }, (_, n) => [text(n), 1])),
});
const saying = (said: string): Said => ({ 'green-a': { [said]: 4 }, 'green-b': { [said]: 4 } });

const boom = { 'green-a': { boom: 2 }, 'green-b': { boom: 2 } };

describe('what a soak has found out about the errors of stable', () => {
  it('is what it logged in it and before it, and for how long it was read', () => {
    const known = afterSoak({ 'blue-a': { slow: 1 }, 'blue-b': {} }, { 'blue-b': { boom: 2 } });
    expect(known).toEqual({
      format: 1,
      readAt: startedAt + 12 * intervalMs,
      podMs: 2 * (300_000 + 12 * intervalMs),
      templates: [
        { text: 'boom', lines: 2 },
        { text: 'slow', lines: 12 },
      ],
      alsoKnown: [],
      isOverfull: false,
    });
  });

  it('makes an error of the candidate no new one, and counts for how rare it may be', () => {
    const known = afterSoak(quiet, { 'blue-b': { boom: 1 } });
    expect(verdictOf(watched({ candidate: boom, stable: {}, known }), 'baseline')).toBe('pass');
    const others = afterSoak(quiet);
    expect(verdictOf(watched({ candidate: boom, stable: {}, known: others }), 'baseline')).toBe('fail');
  });

  it('has the errors for which there was no room, by their hashes, and that there were too many', () => {
    const some = afterSoak(quiet, different(60));
    expect(some?.alsoKnown.length).toBeGreaterThan(10);
    expect(JSON.stringify(some).length).toBeLessThan(8_000);
    const last = watched({ candidate: saying(text(59)), stable: {}, known: some });
    expect([verdictOf(last, 'baseline'), last.candidate.unfiled]).toEqual(['pass', 8]);
    expect(verdictOf(watched({ candidate: saying('boom'), stable: {}, known: some }), 'baseline')).toBe('fail');
    const many = afterSoak(quiet, different(200));
    expect(verdictOf(watched({ candidate: boom, stable: {}, known: many }), 'baseline')).toBe('insufficient-data');
  });

  it('is nothing where its logs were not read, or by another version', () => {
    expect(stableErrorsOf(newLogs(true))).toBeNull();
    expect(stableErrorsOf(newLogs(false))).toBeNull();
    const known = afterSoak(quiet);
    for (const left of [undefined, null, 'x', { ...known, format: 2 }]) expect(readStableErrors(left)).toBeNull();
  });
});

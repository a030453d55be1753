import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logEvidence } from '../../../src/evidence/logs/log-evidence.ts';
import { logFindings } from '../../../src/evidence/logs/log-findings.ts';
import { logsAfter, logsStateSchema, newLogs, type LogsState } from '../../../src/evidence/logs/log-state.ts';
import type { LogsReading } from '../../../src/evidence/logs/reading.ts';
import { intervalMs, quiet, reading, startedAt, verdictOf, watched, type Said } from './looks.ts';

describe('an error that stable does not log', () => {
  it('fails the candidate from three lines on two pods on', () => {
    const state = watched({ candidate: { 'green-a': { boom: 2 }, 'green-b': { boom: 1 } }, stable: quiet });
    expect(logFindings(state, 'stable')).toEqual([
      {
        metric: 'logs',
        verdict: 'fail',
        over: 'watch',
        reason: 'the candidate logs an error that stable does not: "boom", 3 times on 2 pods',
      },
    ]);
  });

  it.each([
    ['two lines', { 'green-a': { boom: 1 }, 'green-b': { boom: 1 } }],
    ['one of two pods', { 'green-a': { boom: 50 }, 'green-b': {} }],
  ])('does not by %s', (_, candidate) => {
    const state = watched({ candidate, stable: quiet });
    expect(verdictOf(state)).toBe('pass');
    expect(logEvidence(state, 'stable').templates).toMatchObject([{ template: 'boom', kind: 'rare', stableCount: 0 }]);
  });

  it('does so on the only pod of a slot', () => {
    expect(verdictOf(watched({ candidate: { 'green-a': { boom: 3 } }, stable: { 'blue-a': {} } }))).toBe('fail');
  });

  it('does not by three lines where the candidate was watched for longer than stable, but by more', () => {
    // Twenty minutes of two pods, against five.
    const looks = 240;
    const monitor = watched({ candidate: { 'green-a': {}, 'green-b': {} }, stable: quiet, looks });
    const at = startedAt + looks * intervalMs;
    const after = (lines: number): LogsState => {
      const candidate = reading({ 'green-a': { boom: 1 }, 'green-b': { boom: lines - 1 } }, at);
      return logsAfter(monitor, { candidate, stable: reading(quiet, at), startedAt });
    };
    expect([18, 19].map((lines) => verdictOf(after(lines), 'baseline'))).toEqual(['pass', 'fail']);
    // In a soak stable is watched meanwhile.
    expect([5, 6].map((lines) => verdictOf(after(lines), 'stable'))).toEqual(['pass', 'fail']);
  });

  it('adds up over looks, pods too', () => {
    let state = watched({ candidate: { 'green-a': { boom: 2 }, 'green-b': {} }, stable: quiet });
    const at = startedAt + 2 * intervalMs;
    const candidate = reading({ 'green-a': {}, 'green-b': { boom: 1 } }, at);
    state = logsAfter(state, { candidate, stable: reading(quiet, at), startedAt });
    expect(logEvidence(state, 'stable').templates).toEqual([
      {
        template: 'boom',
        sample: 'sample of boom',
        kind: 'new',
        count: 3,
        pods: ['green-a', 'green-b'],
        podCount: 2,
        stableCount: 0,
        firstSeen: new Date(startedAt + intervalMs).toISOString(),
      },
    ]);
  });

  it('is none where stable has logged it before the watch, or logs it at the same time', () => {
    const candidate = { 'green-a': { boom: 2 }, 'green-b': { boom: 2 } };
    expect(verdictOf(watched({ candidate, stable: quiet, before: { 'blue-a': { boom: 1 } } }))).toBe('pass');
    expect(verdictOf(watched({ candidate, stable: { 'blue-a': { boom: 1 }, 'blue-b': {} } }))).toBe('pass');
  });
});

describe('an error that stable logs too', () => {
  const often = { 'green-a': { slow: 4 }, 'green-b': { slow: 5 } };
  const seldom = { 'blue-a': { slow: 1 }, 'blue-b': {} };

  it('fails where it is much more frequent than at the same time in stable', () => {
    const state = watched({ candidate: often, stable: seldom, looks: 12 });
    expect(logFindings(state, 'stable')).toMatchObject([
      {
        verdict: 'fail',
        reason:
          'the candidate logs an error more often than stable: "slow", 108 times on 2 pods, and 12 times in stable',
      },
    ]);
  });

  it('fails where it is much more frequent than in the minutes before', () => {
    const before = { 'blue-a': { slow: 6 }, 'blue-b': { slow: 6 } };
    const state = watched({ candidate: often, stable: quiet, before, looks: 12 });
    expect(verdictOf(state, 'baseline')).toBe('fail');
  });

  it('passes where it is as frequent', () => {
    expect(
      verdictOf(watched({ candidate: often, stable: { 'blue-a': { slow: 4 }, 'blue-b': { slow: 4 } }, looks: 60 })),
    ).toBe('pass');
    const before = { 'blue-a': { slow: 300 }, 'blue-b': { slow: 300 } };
    expect(verdictOf(watched({ candidate: often, stable: quiet, before, looks: 60 }), 'baseline')).toBe('pass');
  });

  it('passes where it is as frequent by the time of the pods, of which there are more', () => {
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, pod) => [`green-${pod}`, { slow: 3 }]));
    expect(verdictOf(watched({ candidate: many, stable: { 'blue-a': { slow: 3 } }, looks: 40 }))).toBe('pass');
  });

  it('passes where all of it came in one burst', () => {
    let state = watched({ candidate: { 'green-a': {}, 'green-b': {} }, stable: seldom, looks: 20 });
    const burst = { 'green-a': { slow: 40 }, 'green-b': { slow: 40 } };
    for (const [look, candidate] of [burst, burst, {}, {}, {}, {}, {}, {}, {}, {}].entries()) {
      const at = startedAt + (21 + look) * intervalMs;
      const said = { 'green-a': {}, 'green-b': {}, ...candidate };
      state = logsAfter(state, { candidate: reading(said, at), stable: reading(seldom, at), startedAt });
      expect(verdictOf(state)).toBe('pass');
    }
  });
});

describe('false alarms', () => {
  it('of an error that is as frequent in both are at most as many as alpha allows, with bursts or without', () => {
    let seed = 7;
    const random = (): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    const drawn = (rate: number, burst: number): number => {
      let count = 0;
      for (let left = Math.exp(-rate / burst), product = random(); product > left; product *= random()) count += burst;
      return count;
    };
    let failed = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const rate = [0.2, 1, 5][run % 3] ?? 1;
      const burst = [1, 1, 4, 20][run % 4] ?? 1;
      let state = newLogs(true);
      for (let look = 1; look <= 60; look += 1) {
        const at = startedAt + look * intervalMs;
        const said = (pods: readonly string[]): Said =>
          Object.fromEntries(pods.map((pod) => [pod, { slow: drawn(rate, burst) }]));
        const candidate = reading(said(['green-a', 'green-b']), at);
        const stable = reading(look === 1 ? { 'blue-a': { slow: 1 }, 'blue-b': {} } : said(['blue-a', 'blue-b']), at);
        state = logsAfter(state, { candidate, stable, startedAt });
        if (verdictOf(state) === 'fail') {
          failed += 1;
          break;
        }
      }
    }
    expect(failed / runs).toBeLessThanOrEqual(0.01);
  });
});

function unread(pod: string): LogsReading {
  return { at: startedAt + intervalMs, pods: [], unread: [{ pod, reason: 'may not get pods/log' }], ready: 1 };
}

describe('logs that were not read', () => {
  const candidate = { 'green-a': {}, 'green-b': {} };
  const at = startedAt + intervalMs;

  it.each([
    [
      'the candidate, of one pod',
      { candidate: unread('green-a'), stable: reading(quiet, at) },
      /^the logs of 1 pod of the candidate could not be read: may not get pods\/log$/,
    ],
    [
      'the candidate',
      { candidate: undefined, stable: reading(quiet, at) },
      /^the logs of the candidate could not be read$/,
    ],
    [
      'stable, of one pod',
      { candidate: reading(candidate, at), stable: unread('blue-a') },
      /^the logs of 1 pod of stable could not be read: .*not known which errors are new$/,
    ],
    ['stable', { candidate: reading(candidate, at), stable: undefined }, /^the logs of stable could not be read/],
  ])('of %s are insufficient data', (_, slots, reason) => {
    const state = logsAfter(newLogs(true), { ...slots, startedAt });
    expect(logFindings(state, 'stable')).toMatchObject([
      { verdict: 'insufficient-data', reason: expect.stringMatching(reason) as string },
    ]);
  });

  it('of stable make no error a new one, and are enough once they were read', () => {
    const boom = { 'green-a': { boom: 3 }, 'green-b': { boom: 3 } };
    let state = logsAfter(newLogs(true), { candidate: reading(boom, at), stable: undefined, startedAt });
    expect(verdictOf(state)).toBe('insufficient-data');
    state = logsAfter(state, { candidate: reading(candidate, at), stable: reading(quiet, at), startedAt });
    expect(verdictOf(state)).toBe('fail');
    const passing = watched({ candidate, stable: quiet });
    const later = at + intervalMs;
    const look = { candidate: reading(candidate, later), stable: undefined, startedAt };
    expect(verdictOf(logsAfter(passing, look))).toBe('pass');
  });

  it('of a look that came to nothing are read by the next one, which counts the time of both', () => {
    const first = logsAfter(newLogs(true), { candidate: undefined, stable: reading(quiet, at), startedAt });
    const next = at + intervalMs;
    const state = logsAfter(first, { candidate: reading(candidate, next), stable: reading(quiet, next), startedAt });
    expect([first.candidate.podMs, first.stable?.podMs]).toEqual([0, 2 * intervalMs]);
    expect([state.candidate.podMs, state.stable?.podMs]).toEqual([4 * intervalMs, 4 * intervalMs]);
  });

  it('are insufficient data where no pod of the candidate is ready, and not judged where none of stable ever was', () => {
    const nobody: LogsReading = { at, pods: [], unread: [], ready: 0 };
    const begun = newLogs(true);
    const unready = logsAfter(begun, { candidate: nobody, stable: reading(quiet, at), startedAt });
    expect(logFindings(unready, 'stable')).toMatchObject([
      { verdict: 'insufficient-data', reason: 'no pod of the candidate is ready whose logs could be read' },
    ]);
    const boom = reading({ 'green-a': { boom: 9 }, 'green-b': { boom: 9 } }, at);
    const mending = logsAfter(begun, { candidate: boom, stable: nobody, startedAt });
    expect(logFindings(mending, 'stable')).toEqual([]);
    const known = logsAfter(watched({ candidate, stable: quiet }), { candidate: boom, stable: nobody, startedAt });
    expect(verdictOf(known)).toBe('fail');
  });

  it('of stable that say nothing of the time before the cutover leave an error in doubt, and nothing else', () => {
    const stable = reading(quiet, at, at);
    const after = (said: Said): LogsState =>
      logsAfter(newLogs(true), { candidate: reading(said, at), stable, startedAt });
    expect(logFindings(after({ 'green-a': { boom: 2 }, 'green-b': { boom: 2 } }), 'baseline')).toMatchObject([
      {
        verdict: 'insufficient-data',
        reason: 'no pod of stable was read for any time, so it is not known which errors are new',
      },
    ]);
    expect(verdictOf(after({ 'green-a': { boom: 1 }, 'green-b': {} }), 'baseline')).toBe('pass');
  });

  it('are not judged where there is no stable slot', () => {
    const boom = reading({ 'green-a': { boom: 9 }, 'green-b': { boom: 9 } }, at);
    const state = logsAfter(newLogs(false), { candidate: boom, stable: undefined, startedAt });
    expect(logFindings(state, 'stable')).toEqual([]);
    expect(logEvidence(state, 'stable')).toMatchObject({
      stable: null,
      templates: [{ template: 'boom', kind: 'rare' }],
    });
  });

  it('of too many different errors in stable make it impossible to tell what is new', () => {
    const different = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`${'ab'.repeat(n)} fails ${'x '.repeat(n % 25)}`, 1]),
    );
    const boom = { 'green-a': { boom: 3 }, 'green-b': { boom: 3 } };
    const state = watched({ candidate: boom, stable: { 'blue-a': different } });
    expect(logFindings(state, 'stable')).toMatchObject([{ verdict: 'insufficient-data' }]);
  });
});

describe('the state', () => {
  const text = fc
    .array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 40 })
    .map((words) => words.join(' '));
  const said = fc.dictionary(
    fc.constantFrom(...Array.from({ length: 20 }, (_, pod) => `api-green-7d9f8b6c5-${pod}`)),
    fc.dictionary(text, fc.integer({ min: 1, max: 9 }), { maxKeys: 40 }),
  );

  it('of any logs stays small, is the same after a round through JSON, and the same each time', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(said, said), { maxLength: 12 }), (looks) => {
        const run = (hands: (state: LogsState) => LogsState): LogsState =>
          looks.reduce((state, [candidate, stable], look) => {
            const at = startedAt + look * intervalMs;
            return hands(
              logsAfter(state, { candidate: reading(candidate, at), stable: reading(stable, at), startedAt }),
            );
          }, newLogs(true));
        const state = run((one) => one);
        expect(run((one) => logsStateSchema.parse(JSON.parse(JSON.stringify(one))))).toEqual(state);
        expect(JSON.stringify(state).length).toBeLessThan(25_000);
        expect(state.templates.length).toBeLessThanOrEqual(30);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps room for what is new, however many different errors there were', () => {
    let state = newLogs(true);
    for (let look = 0; look < 40; look += 1) {
      const at = startedAt + look * intervalMs;
      const once = Object.fromEntries(
        Array.from({ length: 3 }, (_, n) => [`${'y'.repeat(1 + look * 3 + n)} ${'z '.repeat(look)}`, 1]),
      );
      const candidate = {
        'green-a': { ...once, ...(look > 30 ? { boom: 1 } : {}) },
        'green-b': look > 30 ? { boom: 1 } : {},
      };
      state = logsAfter(state, { candidate: reading(candidate, at), stable: reading(quiet, at), startedAt });
    }
    expect(logFindings(state, 'stable')[0]?.reason).toContain('"boom"');
  });
});

const reasonOf = (state: LogsState): string | undefined => logFindings(state, 'stable')[0]?.reason;

/** The same where other numbers of lines were read of the candidate. */
function having(state: LogsState, read: Partial<LogsState['candidate']>): LogsState {
  return { ...state, candidate: { ...state.candidate, ...read } };
}

describe('what the logs pass with', () => {
  it('says how many errors were allowed', () => {
    const silent = watched({ candidate: { 'green-a': {} }, stable: quiet });
    expect(reasonOf(silent)).toBe("no errors in 10 lines of the candidate's logs");
    expect(reasonOf(having(silent, { lines: 1 }))).toBe("no errors in 1 line of the candidate's logs");
    expect(reasonOf(having(silent, { errors: 3, allowed: 3 }))).toBe(
      "no errors but 3 that logs.allow allows in 10 lines of the candidate's logs",
    );
    const usual = watched({ candidate: { 'green-a': { slow: 1 } }, stable: { 'blue-a': { slow: 1 } } });
    expect(reasonOf(having(usual, { allowed: 2 }))).toBe(
      "1 kind of errors in the candidate's logs, which stable logs too; logs.allow allows 2 errors more",
    );
    const rare = watched({ candidate: { 'green-a': { slow: 1, lost: 1 } }, stable: { 'blue-a': { slow: 1 } } });
    expect(reasonOf(rare)).toBe(
      "2 kinds of errors in the candidate's logs, 1 of which stable logs too; the others are rare",
    );
    const own = watched({ candidate: { 'green-a': { lost: 1 } }, stable: quiet });
    expect(reasonOf(own)).toBe("1 kind of errors in the candidate's logs, which is rare");
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowList } from '../../../src/evidence/logs/allow-list.ts';
import { digest, type ErrorGroup } from '../../../src/evidence/logs/digest.ts';
import type { LogLine, Open } from '../../../src/evidence/logs/fold.ts';
import { logs } from './samples.ts';

const at = '2026-11-25T10:00:00.123456789Z';
const nothing = (texts: readonly string[]): boolean[] => texts.map(() => false);

function lines(text: string): LogLine[] {
  return text.split('\n').map((line) => ({ at, text: line }));
}

function textsOf(errors: readonly ErrorGroup[]): string[] {
  return errors.map(({ text }) => text);
}

describe('the errors in the log of', () => {
  it.each(logs)('$from', ({ lines: log, errors }) => {
    expect(textsOf(digest(lines(log), 'nothing', nothing).errors)).toEqual(errors);
  });

  it.each(logs)('$from, read in two pieces, are as many', ({ lines: log, errors }) => {
    const all = lines(log);
    for (let cut = 1; cut < all.length; cut += 1) {
      const first = digest(all.slice(0, cut), 'nothing', nothing);
      const second = digest(all.slice(cut), first.open, nothing);
      const found = first.found + second.found;
      // The exception that Java's loggers write below a message may be taken for one of its own.
      expect([errors.length, errors.length + 1], `cut before line ${cut + 1}`).toContain(found);
    }
  });
});

describe('a digest', () => {
  it('has one group for what differs in nothing but what varies, with each time, and a sample without credentials', () => {
    const read = [1, 2, 3].map((id): LogLine => ({
      at: `2026-11-25T10:00:0${id}Z`,
      text: `ERROR login of user ${id} failed: password=hunter${id}`,
    }));
    expect(digest(read, 'nothing', nothing).errors).toEqual([
      {
        text: 'ERROR login of user <num> failed: password=[masked]',
        sample: 'ERROR login of user 1 failed: password=[masked]',
        times: [1, 2, 3].map((second) => Date.UTC(2026, 10, 25, 10, 0, second)),
      },
    ]);
  });

  it('leaves out what is allowed, by the message or by the line', () => {
    const log = lines('{"level":"error","msg":"cache miss"}\nERROR: legacy\nERROR: new');
    const { errors, found, allowed } = digest(log, 'nothing', allowList(['^cache', 'legacy$']));
    expect(textsOf(errors)).toEqual(['ERROR: new']);
    expect({ found, allowed }).toEqual({ found: 3, allowed: 2 });
  });

  it('is refused by a pattern that takes too long, with its place in the spec', () => {
    const log = lines(`ERROR ${'a'.repeat(60)}!`);
    // On a busy machine, that it is too busy.
    const refusal = /^(?:the worker's machine is too busy to try )?logs\.allow (?:takes too long )?on the logs/;
    expect(() => digest(log, 'nothing', allowList(['(a+)+$']))).toThrow(refusal);
  });

  it('counts all errors, and looks at some hundreds', () => {
    const log = Array.from({ length: 5_000 }, (_, id) => ({ at, text: `ERROR ${'x'.repeat(id % 400)}` }));
    const { errors, found, isCut } = digest(log, 'nothing', nothing);
    expect({ found, isCut }).toEqual({ found: 5_000, isCut: true });
    expect(errors.reduce((sum, { times }) => sum + times.length, 0)).toBe(300);
  });

  it('of anything is bounded, and always the same', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'ERROR',
        'panic:',
        'Error:',
        '\tat',
        'Traceback (most recent call last):',
        '{"level":50,"msg":"',
        '"',
      ),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer().map(String),
    );
    const log = fc.array(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      { maxLength: 60 },
    );
    const open = fc.constantFrom<Open>('nothing', 'line', 'message', 'traceback', 'goroutines');
    fc.assert(
      fc.property(log, open, (texts, before) => {
        const read = texts.map((text) => ({ at, text }));
        const result = digest(read, before, nothing);
        expect(result).toEqual(digest(read, before, nothing));
        expect(result.found).toBeLessThanOrEqual(texts.length);
        for (const { text, sample } of result.errors) {
          expect(text.length).toBeLessThan(4_000);
          expect(sample.length).toBeLessThanOrEqual(200);
          expect(sample).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

describe('hostile lines take no longer than others', () => {
  const long = 16_000;
  const hostile: Readonly<Record<string, string>> = {
    digits: '1'.repeat(long),
    'hexadecimal letters': `ERROR ${'a'.repeat(long)}`,
    'numbers with dots': `ERROR ${'1.'.repeat(long / 2)}`,
    colons: `ERROR ${'a:'.repeat(long / 2)}`,
    quotes: `ERROR ${`"'`.repeat(long / 2)}`,
    equals: `level=error msg=${'a="'.repeat(long / 3)}`,
    backslashes: `level=error msg="${'\\'.repeat(long)}`,
    packages: `${'a.'.repeat(long / 2)}Error`,
    'one long word': `ERROR ${'Error'.repeat(long / 5)}`,
    'open braces': '{'.repeat(long),
    brackets: `{"level":"error","msg":${'['.repeat(long)}`,
    spaces: `ERROR${' '.repeat(long)}x`,
    addresses: `ERROR ${'1.1.1.1:'.repeat(long / 8)}`,
    mails: `ERROR ${'a.'.repeat(long / 4)}@${'b.'.repeat(long / 4)}`,
    ids: `ERROR ${'a1'.repeat(long / 2)}`,
    'colours without an end': `ERROR ${'\u001B['.repeat(long / 2)}`,
    'a colour without an end': `ERROR \u001B[${'1;'.repeat(long / 2)}`,
    'titles of terminals': `ERROR ${'\u001B]'.repeat(long / 2)}`,
    'a link of a terminal': `ERROR \u001B]${'a;a/'.repeat(long / 4)}`,
    'controls of one byte': `ERROR ${'\u009B;1'.repeat(long / 3)}`,
    masks: `ERROR ${'1 '.repeat(long / 2)}`,
  };

  it.each(Object.entries(hostile))('%s', (_, text) => {
    const log = Array.from({ length: 300 }, () => ({ at, text }));
    const { user } = process.cpuUsage();
    digest(log, 'nothing', nothing);
    // Some 30 ms are usual.
    expect((process.cpuUsage().user - user) / 1_000).toBeLessThan(2_000);
  });
});

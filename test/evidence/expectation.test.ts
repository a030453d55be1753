import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpExpectation } from '../../src/domain/spec.ts';
import { contains, disappointment } from '../../src/evidence/expectation.ts';

const answer = { status: 200, headers: {}, body: '{"status":"ok"}', truncated: false, durationMs: 12 };
const anything: HttpExpectation = { status: 200, within: '1s' };

describe('what a smoke check expects of JSON', () => {
  it('is in the answer when every field of it is, at any depth', () => {
    const actual = { status: 'ok', build: { version: 'v2', tags: ['a', 'b'] }, none: null };
    for (const part of [
      {},
      { status: 'ok' },
      { build: { version: 'v2' } },
      { none: null },
      { build: { tags: ['a', 'b'] } },
    ]) {
      expect(contains(actual, part)).toBe(true);
    }
    for (const other of [
      { status: 'bad' },
      { build: { version: 'v2', more: 1 } },
      { missing: null },
      { build: { tags: ['a'] } },
      [],
      null,
    ]) {
      expect(contains(actual, other)).toBe(false);
    }
  });

  it('is in any answer that is equal to it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(contains(JSON.parse(text), JSON.parse(text))).toBe(true);
      }),
    );
  });

  it('cannot be in an answer that is not JSON, or too long to be read', () => {
    const expected = { ...anything, json: { status: 'ok' } };
    expect(disappointment(expected, answer)).toBeNull();
    expect(disappointment(expected, { ...answer, body: '<html>' })).toBe('the answer is not JSON: <html>');
    expect(disappointment(expected, { ...answer, body: '{"a":', truncated: true })).toContain('too long');
  });
});

describe('the other expectations', () => {
  it('are met, or it is said what came instead', () => {
    expect(disappointment(anything, answer)).toBeNull();
    expect(disappointment({ ...anything, status: [201, 204] }, answer)).toMatch(/^answered 200 instead of 201 or 204/);
    expect(disappointment({ ...anything, within: '10ms' }, answer)).toBe('took 12 ms, longer than 10ms');
    expect(disappointment({ ...anything, text: 'ok' }, answer)).toBeNull();
    expect(disappointment({ ...anything, status: 500 }, { ...answer, body: 'x'.repeat(9_999) })?.length).toBeLessThan(
      300,
    );
  });
});

import { expect, it } from 'vitest';
import { numberOf } from '../../src/domain/number-of.ts';

it.each([
  [0, '0 looks'],
  [1, '1 look'],
  [2, '2 looks'],
  [48_211, '48,211 looks'],
])('%d is %s', (count, words) => {
  expect(numberOf(count, 'look')).toBe(words);
});

it('takes a plural of its own', () => {
  expect([numberOf(1, 'entry', 'entries'), numberOf(2, 'entry', 'entries')]).toEqual(['1 entry', '2 entries']);
});

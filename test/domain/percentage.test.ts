import { expect, it } from 'vitest';
import { percentage } from '../../src/domain/percentage.ts';

it.each([
  [0, '0 %'],
  [0.01, '1 %'],
  [2 / 1_500, '0.133 %'],
  [0.062, '6.2 %'],
  [0.123_45, '12.3 %'],
  [0.999_9, '99.9 %'],
  [1, '100 %'],
])('%f is %s', (share, words) => {
  expect(percentage(share)).toBe(words);
});

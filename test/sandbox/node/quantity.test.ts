import { expect, test } from 'vitest';
import { parseQuantity } from '../../../sandbox/node/quantity.ts';

test('reads decimal, binary and exponent quantities', () => {
  expect(parseQuantity('2')).toBe(2);
  expect(parseQuantity('250m')).toBe(0.25);
  expect(parseQuantity('64Mi')).toBe(64 * 1024 * 1024);
  expect(parseQuantity('1.5k')).toBe(1500);
  expect(parseQuantity('1e3')).toBe(1000);
  expect(parseQuantity('2E')).toBe(2e18);
});

test('refuses what is no quantity, by its text', () => {
  expect(() => parseQuantity('much')).toThrow('"much" is no Kubernetes quantity');
  expect(() => parseQuantity('5 apples')).toThrow('"5 apples"');
});

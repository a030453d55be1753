import { expect, it } from 'vitest';
import { linesOf, wordTried } from '../../../src/cli/render/tried-out.ts';

it('claims no more than was tried out', () => {
  expect(wordTried(null)).toBe('');
  expect(wordTried({ notes: [], unchecked: [] })).toBe(', and what it refers to is there');
  const partly = { notes: ['check orders: 5 now'], unchecked: ["the pods' metrics: no pod of a live slot is ready"] };
  expect(wordTried(partly)).toBe(', and what could be tried out is there');
  expect(linesOf(partly)).toEqual([
    'check orders: 5 now',
    "not tried out: the pods' metrics: no pod of a live slot is ready",
  ]);
});

import { expect, it } from 'vitest';
import { doubtsAbout } from '../../src/domain/spec-doubts.ts';
import { specOf } from '../kubernetes/objects.ts';

it('says nothing of a spec that leaves all to the defaults', () => {
  expect(doubtsAbout(specOf())).toEqual([]);
});

it('says so where a watch is too short for a comparison', () => {
  const monitor = { duration: '1500ms' };
  expect(doubtsAbout(specOf({ monitor }))).toEqual([
    expect.stringMatching(/^monitor\.duration \(1500ms\) has room for 7 looks, .* needs 8/),
  ]);
  expect(doubtsAbout(specOf({ monitor: { duration: '1600ms' } }))).toEqual([]);
  expect(doubtsAbout(specOf({ monitor: { ...monitor, comparison: 'none' } }))).toEqual([]);
});

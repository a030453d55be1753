import { describe, expect, it } from 'vitest';
import { turnOf } from '../../src/evidence/probe-turns.ts';

const sizes = [
  [1, 1],
  [1, 2],
  [1, 4],
  [2, 2],
  [2, 4],
  [3, 4],
  [4, 6],
  [5, 3],
  [6, 4],
  [9, 6],
] as const;

describe('the turns of probes', () => {
  it.each(sizes)('of %i pods and %i requests bring each request to each pod once', (pods, requests) => {
    const pairs = Array.from({ length: pods * requests }, (_, index) => {
      const { pod, request } = turnOf(index, { pods, requests });
      return `${pod} ${request}`;
    });
    expect(new Set(pairs).size).toBe(pods * requests);
  });

  it('bring the same request to both slots at the same time, and none more often than another', () => {
    expect(requestsOf(1)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
    expect(requestsOf(2)).toEqual(requestsOf(1));
    expect(requestsOf(3)).toEqual(requestsOf(1));
  });
});

/** The first twelve, of four, to a slot with so many pods. */
function requestsOf(pods: number): number[] {
  return Array.from({ length: 12 }, (_, index) => turnOf(index, { pods, requests: 4 }).request);
}

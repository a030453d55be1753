import { expect, test } from 'vitest';
import { KUBELET_BACK_OFF, RestartBackOff } from '../../../sandbox/node/back-off.ts';

test('restarts at once, then after 10 s, doubling up to five minutes', () => {
  const backOff = new RestartBackOff(KUBELET_BACK_OFF);
  const delays = Array.from({ length: 9 }, () => backOff.next(1_000) / 1000);
  expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test('begins anew for a container that has run for more than ten minutes', () => {
  const backOff = new RestartBackOff(KUBELET_BACK_OFF);
  for (let crash = 0; crash < 5; crash += 1) backOff.next(0);
  expect(backOff.next(600_001)).toBe(0);
  expect(backOff.next(0)).toBe(10_000);
});

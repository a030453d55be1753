import { expect, test } from 'vitest';
import { SustainedRate } from '../../../examples/api/sustained-rate.ts';

function send(rate: SustainedRate, requests: { from: number; to: number; everyMs: number }): void {
  for (let at = requests.from; at < requests.to; at += requests.everyMs) rate.count(at);
}

test('steady traffic has its rate after two seconds', () => {
  const rate = new SustainedRate();
  send(rate, { from: 0, to: 1_500, everyMs: 50 });
  expect(rate.perSecond(1_500)).toBe(0);
  send(rate, { from: 1_500, to: 2_000, everyMs: 50 });
  expect(rate.perSecond(2_000)).toBe(20);
});

test('a burst is not a rate', () => {
  const rate = new SustainedRate();
  send(rate, { from: 1_000, to: 1_100, everyMs: 1 });
  for (let at = 1_100; at < 5_000; at += 100) expect(rate.perSecond(at)).toBe(0);
});

test('traffic that ends is no longer counted', () => {
  const rate = new SustainedRate();
  send(rate, { from: 0, to: 4_000, everyMs: 50 });
  expect(rate.perSecond(4_000)).toBe(20);
  expect(rate.perSecond(4_500)).toBe(0);
});

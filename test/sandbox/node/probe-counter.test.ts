import { array, assert, boolean, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { countProbe, startProbeCount } from '../../../sandbox/node/probe-counter.ts';

const thresholds = { successThreshold: 2, failureThreshold: 3 };

function verdicts(results: readonly string[], initial: boolean): string[] {
  let count = startProbeCount(initial);
  return results.map((result) => {
    count = countProbe(count, result === '+', thresholds);
    return count.verdict ? '+' : '-';
  });
}

test('the verdict follows once enough equal results came in a row', () => {
  expect(verdicts('+-++--+---++'.split(''), false).join('')).toBe('---++++++--+');
  expect(verdicts('--+---'.split(''), true).join('')).toBe('+++++-');
});

test('the verdict never changes without a whole run of the new result just before', () => {
  assert(
    property(array(constantFrom('+', '-')), boolean(), (results, initial) => {
      const seen = [initial ? '+' : '-', ...verdicts(results, initial)];
      seen.slice(1).forEach((verdict, index) => {
        if (verdict === seen[index]) return;
        const needed = verdict === '+' ? thresholds.successThreshold : thresholds.failureThreshold;
        expect(results.slice(index + 1 - needed, index + 1).join('')).toBe(verdict.repeat(needed));
      });
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrently } from '../../src/evidence/concurrently.ts';

describe('work on many items', () => {
  it('is done once for each, never on more at once than allowed, with the results in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (delays, limit) => {
        let now = 0;
        const results = await concurrently(delays.entries(), limit, async ([index, turns]) => {
          now += 1;
          expect(now).toBeLessThanOrEqual(limit);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          now -= 1;
          return index;
        });
        expect(results).toEqual(delays.map((_, index) => index));
      }),
    );
  });

  it('takes items only as they are needed', async () => {
    let made = 0;
    function* endless(): Generator<number> {
      for (;;) yield (made += 1);
    }
    const stopped = concurrently(endless(), 2, async (item) => {
      if (item > 10) throw new Error('enough');
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(made).toBeLessThan(15);
  });
});

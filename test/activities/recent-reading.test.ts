import { expect, it } from 'vitest';
import { RecentReading } from '../../src/activities/recent-reading.ts';

it('is shared by everybody who asks while it is fresh, and read again afterwards', async () => {
  let reads = 0;
  const read = (): Promise<number> => Promise.resolve((reads += 1));
  const fresh = new RecentReading(60_000, read);
  expect(await Promise.all([fresh.get(), fresh.get()])).toEqual([1, 1]);
  expect(await fresh.get()).toBe(1);
  const stale = new RecentReading(0, read);
  expect([await stale.get(), await stale.get()]).toEqual([2, 3]);
});

it('that failed is read again at once', async () => {
  let reads = 0;
  const reading = new RecentReading(60_000, () =>
    (reads += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(reads),
  );
  await expect(reading.get()).rejects.toThrow('away');
  expect(await reading.get()).toBe(2);
});

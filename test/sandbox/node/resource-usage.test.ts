import { expect, test } from 'vitest';
import { parseProcessStat, readResourceUsage } from '../../../sandbox/node/resource-usage.ts';

test('reads group, CPU time and memory, whatever the command is called', () => {
  const line =
    '7 (a) b (c) S 1 7 7 0 -1 4194304 1 2 3 4 150 50 20 5 20 0 1 0 100 1000000 2560 18446744073709551615 1 1';
  expect(parseProcessStat(line)).toEqual({ group: 7, cpuSeconds: 2.25, memoryBytes: 2560 * 4096 });
  expect(parseProcessStat('garbage')).toBeUndefined();
});

test('finds this process among those of the machine', async () => {
  const usage = await readResourceUsage();
  expect([...usage.values()].some(({ memoryBytes }) => memoryBytes > 10 * 1024 * 1024)).toBe(true);
});

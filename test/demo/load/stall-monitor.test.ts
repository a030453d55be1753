import { expect, test, vi } from 'vitest';
import { now } from '../../../demo/load/clock.ts';
import { StallMonitor } from '../../../demo/load/stall-monitor.ts';

function block(ms: number): void {
  for (const end = now() + ms; now() < end;);
}

test('a blocked event loop is noticed at once, and remembered', async () => {
  const monitor = new StallMonitor();
  try {
    const before = now();
    block(120);
    expect(monitor.longestSince(before)).toBeGreaterThan(90);
    await vi.waitFor(() => expect(monitor.longest.ms).toBeGreaterThan(90));
    expect(monitor.longestSince(before)).toBeGreaterThan(90);
    expect(monitor.longest.endedAt).toBeGreaterThan(before + 100);
    expect(monitor.longestSince(monitor.longest.endedAt)).toBeLessThan(90);
  } finally {
    monitor.stop();
  }
});

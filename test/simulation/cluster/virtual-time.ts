/** Virtual time for tests of the model alone: it jumps from timer to timer until what is waited for is there. */
import { vi } from 'vitest';

/** To be called before anything is made that looks at the clock. */
export function useVirtualTime(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: Date.UTC(2026, 0, 5, 9),
  });
}

/** The result of something that takes virtual time. */
export async function inVirtualTime<T>(work: Promise<T>): Promise<T> {
  const progress = { isOver: false };
  const over = (): void => {
    progress.isOver = true;
  };
  work.then(over, over);
  await settled();
  while (!progress.isOver) {
    vi.advanceTimersToNextTimer();
    await settled();
  }
  return work;
}

/** Lets so much virtual time pass. */
export async function pass(ms: number): Promise<void> {
  await settled();
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
}

/** Node runs an immediate only once no promise and no tick is left to go on; streams need some rounds of that. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

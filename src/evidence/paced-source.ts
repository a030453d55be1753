/** A source that leaves looks out while it is slow: it may not make the looks of all others few. */
import type { Reading, Source } from './source.ts';

export interface Pace {
  /** Which look this is: the same for both slots. */
  readonly look: () => number;
  /** Whether this may be the last look, which no source leaves out. */
  readonly isLast: () => boolean;
  /** What it says when it leaves a look out. */
  readonly skipped: Reading;
  readonly now: () => number;
}

/** It rests for so many times as long as it took. */
const rest = 2;

export function pacedSource(source: Source, { look, isLast, skipped, now }: Pace): Source {
  let decided: { readonly look: number; readonly isDue: boolean } | null = null;
  let last: { readonly endedAt: number; readonly tookMs: number } | null = null;
  const isDue = (): boolean => {
    if (decided?.look !== look()) {
      const isRested = last === null || now() - last.endedAt >= rest * last.tookMs;
      decided = { look: look(), isDue: isRested || isLast() };
    }
    return decided.isDue;
  };
  return {
    name: source.name,
    async sample(subject, signal): Promise<Reading> {
      if (!isDue()) return skipped;
      const begunAt = now();
      try {
        return await source.sample(subject, signal);
      } finally {
        last = { endedAt: now(), tookMs: now() - begunAt };
      }
    },
  };
}

import type { Result } from './result.ts';

/** Tells after each result what it was, and how long the rest may take. */
export function progressOf(count: number, say: (text: string) => void): (result: Result) => void {
  const startedAt = performance.now();
  let done = 0;
  return ({ scenario, end, isRight, backAfterMs }) => {
    done += 1;
    const left = ((performance.now() - startedAt) / done) * (count - done);
    const after = backAfterMs === null ? '' : ` ${(backAfterMs / 1_000).toFixed(1)} s after the first bad answer`;
    const mark = isRight ? '' : 'WRONG: ';
    say(`${done} of ${count}, ${Math.ceil(left / 60_000)} min to go; ${mark}${scenario}: ${end}${after}`);
  };
}

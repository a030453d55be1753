/** What a spec may say, and has probably not meant: it is told, and stops nothing. Pure. */
import { toMilliseconds } from './duration.ts';
import type { Spec } from './spec.ts';
import { intervalOf, looksNeeded } from './watch-looks.ts';

/** One sentence each. */
export function doubtsAbout(spec: Spec): string[] {
  return fewLooks(spec);
}

function fewLooks(spec: Spec): string[] {
  return (['soak', 'monitor'] as const).flatMap((step) => {
    const { duration, comparison } = spec[step];
    const looks = Math.floor(toMilliseconds(duration) / intervalOf(spec[step]));
    if (toMilliseconds(duration) === 0 || looks >= looksNeeded || comparison === 'none') return [];
    return [
      `${step}.duration (${duration}) has room for ${looks} looks, and a comparison with stable needs ${looksNeeded}: a candidate that looks worse is insufficient data`,
    ];
  });
}

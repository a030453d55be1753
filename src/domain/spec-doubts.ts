/** What a spec may say, and has probably not meant: it is told, and stops nothing. Pure. */
import { toMilliseconds } from './duration.ts';
import type { Spec } from './spec.ts';
import { intervalOf, looksNeeded } from './watch-looks.ts';

/** One sentence each. */
export function doubtsAbout(spec: Spec): string[] {
  return [...fewProbes(spec), ...fewLooks(spec)];
}

/** Others may send the candidate requests as well, so it is no mistake. */
function fewProbes({ soak, metrics }: Spec): string[] {
  const { duration, minimumRequests, onInsufficientData, traffic } = soak;
  const seconds = toMilliseconds(duration) / 1_000;
  const sent = Math.floor(seconds * traffic.requestsPerSecond);
  if (seconds === 0 || sent >= minimumRequests || metrics === 'none') return [];
  const end = onInsufficientData === 'rollback' ? ', by which the candidate is removed' : '';
  return [
    `soak.traffic sends ${sent} requests in soak.duration (${duration}), fewer than soak.minimumRequests (${minimumRequests}): unless others send some, that is insufficient data${end}`,
  ];
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

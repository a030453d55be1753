/** What a spec may say, and has probably not meant: it is told, and stops nothing. Pure. */
import { numberOf } from './number-of.ts';
import { defaultLimits } from './default-limits.ts';
import { defaultInterval, formatDuration, toMilliseconds } from './duration.ts';
import type { Spec } from './spec.ts';
import { intervalOf, looksNeeded } from './watch-looks.ts';

/** One sentence each. */
export function doubtsAbout(spec: Spec): string[] {
  return [...fewLooks(spec), ...longIntervals(spec), ...limitsOfNothing(spec)];
}

function fewLooks(spec: Spec): string[] {
  return (['soak', 'monitor'] as const).flatMap((step) => {
    const { duration, comparison } = spec[step];
    const looks = Math.floor(toMilliseconds(duration) / intervalOf(spec[step]));
    if (toMilliseconds(duration) === 0 || looks >= looksNeeded || comparison === 'none') return [];
    return [
      `${step}.duration (${duration}) has room for ${numberOf(looks, 'look')}, and a comparison with stable needs ${looksNeeded}: a candidate that looks worse is insufficient data`,
    ];
  });
}

/** The default goes with every watch. */
function longIntervals(spec: Spec): string[] {
  return (['soak', 'monitor'] as const).flatMap((step) => {
    const { duration, interval } = spec[step];
    if (toMilliseconds(duration) === 0 || interval === defaultInterval) return [];
    if (toMilliseconds(interval) <= toMilliseconds(duration)) return [];
    const instead = formatDuration(intervalOf(spec[step]));
    return [
      `${step}.interval (${interval}) is longer than the whole ${step} (${duration}), which is looked at each ${instead}`,
    ];
  });
}

/** The defaults go with every spec; that of errors holds for the probes of a soak, too. */
function limitsOfNothing({ metrics, soak, monitor }: Spec): string[] {
  if (metrics !== 'none') return [];
  return Object.entries({ soak, monitor }).flatMap(([step, { duration, thresholds: given }]) => {
    if (toMilliseconds(duration) === 0) return [];
    const counted = step === 'soak' ? (['p95', 'p99'] as const) : (['errorRate', 'p95', 'p99'] as const);
    return counted
      .filter((name) => given[name] !== null && given[name] !== defaultLimits[name])
      .map((name) => `${step}.thresholds.${name} (${given[name]}) limits nothing, since metrics is none`);
  });
}

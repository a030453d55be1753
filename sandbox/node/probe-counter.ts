/** How many results in a row change a probe's verdict. */
export interface ProbeThresholds {
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** A probe's verdict and the run of equal results that may change it. */
export interface ProbeCount {
  readonly verdict: boolean;
  readonly last: boolean | undefined;
  readonly run: number;
}

/** A probe that has not run yet; readiness and startup begin as false, liveness as true. */
export function startProbeCount(verdict: boolean): ProbeCount {
  return { verdict, last: undefined, run: 0 };
}

/** Counts one more result: the verdict follows only once the threshold of equal results in a row is reached. */
export function countProbe(count: ProbeCount, success: boolean, thresholds: ProbeThresholds): ProbeCount {
  const run = count.last === success ? count.run + 1 : 1;
  const threshold = success ? thresholds.successThreshold : thresholds.failureThreshold;
  return { verdict: run >= threshold ? success : count.verdict, last: success, run };
}

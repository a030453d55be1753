/** What is wrong with the numbers of a watch that are each right: no candidate could pass by them, or one of them says nothing. Pure. */
import { defaultLimits } from './default-limits.ts';
import { toMilliseconds } from './duration.ts';
import type { Spec, WatchSpec } from './spec.ts';

export interface WatchMistake {
  readonly path: readonly string[];
  readonly message: string;
}

export function watchMistakes({ soak, monitor, metrics }: Spec): WatchMistake[] {
  return [...tooFewProbes(soak, metrics), ...crossedLimits('soak', soak), ...crossedLimits('monitor', monitor)];
}

/**
 * Before the cutover the candidate has no users: what is not sent to it, nobody sends, unless the spec leaves it all to others.
 * A deployment that goes on without such data may have few.
 */
function tooFewProbes(soak: Spec['soak'], metrics: Spec['metrics']): WatchMistake[] {
  const { duration, extension, minimumRequests, traffic, onInsufficientData } = soak;
  const { requestsPerSecond } = traffic;
  const seconds = (toMilliseconds(duration) + toMilliseconds(extension)) / 1_000;
  const isLeftToOthers = requestsPerSecond === 0 || traffic.requests?.length === 0;
  if (toMilliseconds(duration) === 0 || isLeftToOthers || !judgesRequests(soak, metrics)) return [];
  if (onInsufficientData === 'continue') return [];
  const sent = Math.floor(requestsPerSecond * seconds);
  if (sent >= minimumRequests) return [];
  const time = `soak.duration (${duration})${toMilliseconds(extension) === 0 ? '' : ` and soak.extension (${extension})`}`;
  const message = `is ${minimumRequests}, but soak.traffic.requestsPerSecond (${requestsPerSecond}) sends ${sent} in ${time}, so that the soak could never pass: lower minimumRequests, or raise the others`;
  return [{ path: ['soak', 'minimumRequests'], message }];
}

function judgesRequests(
  { comparison, thresholds: { errorRate, p95, p99 } }: Spec['soak'],
  metrics: Spec['metrics'],
): boolean {
  return comparison !== 'none' || (metrics !== 'none' && (errorRate ?? p95 ?? p99) !== null);
}

/** The 99th percentile is never below the 95th. The default goes with every stricter limit of that. */
function crossedLimits(step: 'soak' | 'monitor', { duration, thresholds: { p95, p99 } }: WatchSpec): WatchMistake[] {
  if (p95 === null || p99 === null || toMilliseconds(duration) === 0) return [];
  if (toMilliseconds(p95) <= toMilliseconds(p99) || p95 === defaultLimits.p95) return [];
  const message = `p95 (${p95}) is above p99 (${p99}), so that p95 limits nothing: lower p95, or raise p99`;
  return [{ path: [step, 'thresholds'], message }];
}

import type { HeartbeatDetails } from '../../src/domain/progress.ts';
import type { Attempt } from '../../src/activities/attempt.ts';

/** An attempt outside of Temporal that remembers its heartbeats. */
export function attemptOf(given: { readonly resume?: unknown; readonly signal?: AbortSignal } = {}): Attempt & {
  readonly beats: HeartbeatDetails[];
} {
  const beats: HeartbeatDetails[] = [];
  const started = Date.now();
  return {
    beats,
    number: 1,
    signal: given.signal ?? new AbortController().signal,
    heartbeat: (details) => {
      beats.push(details);
    },
    resume: () => given.resume,
    remaining: (ms) => Math.max(0, started + ms - Date.now()),
    log: () => undefined,
  };
}

/** Looks at the logs of both slots, as a test has written them down. */
import type { ErrorGroup } from '../../../src/evidence/logs/digest.ts';
import type { ComparedLogs } from '../../../src/evidence/logs/frequency.ts';
import { logFindings } from '../../../src/evidence/logs/log-findings.ts';
import { logsAfter, newLogs, type LogsState } from '../../../src/evidence/logs/log-state.ts';
import type { LogsReading, PodLog } from '../../../src/evidence/logs/reading.ts';
import type { StableErrors } from '../../../src/evidence/logs/stable-errors.ts';

export const startedAt = Date.UTC(2026, 10, 25, 10);
export const intervalMs = 5_000;
const baselineMs = 300_000;

/** How often each error was logged since the last look, by pod. */
export type Said = Readonly<Record<string, Readonly<Record<string, number>>>>;

function group(text: string, count: number, at: number): ErrorGroup {
  return { text, sample: `sample of ${text}`, times: Array.from({ length: count }, () => at) };
}

export function reading(said: Said, at: number, since: number | null = null): LogsReading {
  const pods = Object.entries(said).map(([name, errors]): PodLog => {
    const groups = Object.entries(errors).map(([text, count]) => group(text, count, at));
    const found = groups.reduce((sum, { times }) => sum + times.length, 0);
    const cursor = { at: new Date(at).toISOString(), lines: 1, open: 'line' } as const;
    return { uid: name, name, cursor, lines: 10, errors: groups, found, allowed: 0, isPartial: false, since };
  });
  return { at, pods, unread: [], ready: pods.length };
}

interface Looks {
  readonly candidate: Said;
  readonly stable: Said;
  /** What stable logged before the watch. */
  readonly before?: Said;
  readonly looks?: number;
  /** What a soak has found out about stable. */
  readonly known?: StableErrors | null;
}

export function watched({ candidate, stable, before = {}, looks = 1, known = null }: Looks): LogsState {
  let state = newLogs(true, known);
  for (let look = 1; look <= looks; look += 1) {
    const at = startedAt + look * intervalMs;
    if (look === 1 && known === null) {
      const all = { ...Object.fromEntries(Object.keys(stable).map((pod) => [pod, {}])), ...before };
      const past = { ...reading(all, startedAt - 60_000, startedAt - baselineMs), at: startedAt };
      state = logsAfter(state, { candidate: reading({}, startedAt), stable: past, startedAt });
    }
    state = logsAfter(state, { candidate: reading(candidate, at), stable: reading(stable, at), startedAt });
  }
  return state;
}

export function verdictOf(state: LogsState, against: ComparedLogs = 'stable'): string | undefined {
  return logFindings(state, against)[0]?.verdict;
}

export const quiet: Said = { 'blue-a': {}, 'blue-b': {} };

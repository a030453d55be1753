/** Where a watch gets the logs of both slots from. */
import { toMilliseconds } from '../domain/duration.ts';
import { allowList } from '../evidence/logs/allow-list.ts';
import { podsLogs } from '../evidence/pods-logs.ts';
import { pacedSource } from '../evidence/paced-source.ts';
import type { Reading, Source } from '../evidence/source.ts';
import type { LogsPlan, WatchState } from '../evidence/watch-state.ts';
import type { LogsSpec } from '../domain/spec.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import type { SlotViews } from './slot-views.ts';

/** After the cutover stable has no users whose errors it could log: what it logged before is what tells. */
const comparedWith = { soak: 'stable', monitor: 'baseline' } as const;

export function logsPlan(step: 'soak' | 'monitor', target: Target): LogsPlan | undefined {
  return logsOf(target) === null ? undefined : { against: comparedWith[step] };
}

/**
 * None where the spec wants none; `state` is that of the watch, which remembers how far the logs were read, and `isLast` tells
 * whether this may be its last look.
 */
export function logSources(
  { cluster }: Dependencies,
  { target, views }: { readonly target: Target; readonly views: SlotViews },
  state: () => WatchState,
  isLast: () => boolean,
): Source[] {
  const logs = logsOf(target);
  if (logs === null) return [];
  const baselineMs = toMilliseconds(logs.baseline);
  const isStable = (slot: string): boolean => slot === target.stableSlot;
  const source = podsLogs({
    cluster,
    view: ({ slot }) => views.read(slot),
    container: logs.container,
    allows: allowList(logs.allow),
    cursors: ({ slot }) => state().logs?.[isStable(slot) ? 'stable' : 'candidate']?.cursors ?? {},
    from: ({ slot }) => state().startedAt - (isStable(slot) ? baselineMs : 0),
    // Of stable, more is known of what is ordinary.
    countsStarts: ({ slot }) => isStable(slot),
    // The candidate has answered to the warm-up and to the smoke checks, and stable has not.
    isBefore: ({ slot }) => !isStable(slot) && state().samples === 0,
    now: Date.now,
  });
  const skipped: Reading = { kind: 'sample', sample: { logs: 'later' } };
  return [pacedSource(source, { look: () => state().samples, isLast, skipped, now: Date.now })];
}

function logsOf({ spec }: Target): Exclude<LogsSpec, 'none'> | null {
  // Absent in a deployment that was begun with an older worker.
  const logs: LogsSpec | undefined = spec.logs;
  return logs === undefined || logs === 'none' ? null : logs;
}

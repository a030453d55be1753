/** The logs as a watch has them, look by look. Pure. */
import type { Finding, LogEvidence } from '../../domain/evidence.ts';
import type { Sample } from '../source.ts';
import type { ComparedLogs } from './frequency.ts';
import { logEvidence } from './log-evidence.ts';
import { logFindings, logsAreUnsettled } from './log-findings.ts';
import { logsAfter, newLogs, type LogsState } from './log-state.ts';
import type { StableErrors } from './stable-errors.ts';

/** What a watch with logs compares them with; undefined where the spec says `logs: none`. */
export type LogsPlan =
  | {
      readonly against: ComparedLogs;
      /** What the soak has found out about stable, for the monitor; null where it has not. */
      readonly known: StableErrors | null;
    }
  | undefined;

interface WatchedLogs {
  readonly startedAt: number;
  readonly logs?: LogsState;
}

/** What the state has of logs after one more look; `stable` is null in the first deployment of an app. */
export function withLogs(
  plan: LogsPlan,
  { startedAt, logs }: WatchedLogs,
  samples: { readonly candidate: Sample; readonly stable: Sample | null },
): { logs?: LogsState } {
  if (plan === undefined) return {};
  const { candidate, stable } = samples;
  if (candidate.logs === 'later' || stable?.logs === 'later') return logs === undefined ? {} : { logs };
  const before = logs ?? newLogs(stable !== null, plan.known);
  return { logs: logsAfter(before, { candidate: candidate.logs, stable: stable?.logs, startedAt }) };
}

export function findingsOfLogs(plan: LogsPlan, { logs }: WatchedLogs): Finding[] {
  return plan === undefined || logs === undefined ? [] : logFindings(logs, plan.against);
}

export function evidenceOfLogs(plan: LogsPlan, { logs }: WatchedLogs): { logs?: LogEvidence } {
  return plan === undefined || logs === undefined ? {} : { logs: logEvidence(logs, plan.against) };
}

/** Whether one more look may tell more. */
export function logsMayTellMore(plan: LogsPlan, { logs }: WatchedLogs): boolean {
  return plan !== undefined && logs !== undefined && logsAreUnsettled(logs);
}

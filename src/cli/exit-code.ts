/** What the process ends with; docs/state.md and the README list them. */
import type { Outcome } from '../domain/state.ts';

export const exitCodes = {
  done: 0,
  error: 1,
  usage: 2,
  rolledBack: 3,
  rollbackFailed: 4,
  rejected: 5,
  approvalTimedOut: 6,
  waitTimedOut: 7,
  /** As shells report a process that Ctrl-C ended. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of a wait that saw this outcome; `running` is what a promoted deployment is. */
export function exitCodeOf(outcome: Outcome): ExitCode {
  switch (outcome) {
    case 'running':
    case 'finished':
    case 'superseded':
      return exitCodes.done;
    case 'refused':
    case 'failed':
    case 'terminated':
      return exitCodes.error;
    case 'rolled-back':
      return exitCodes.rolledBack;
    case 'rollback-failed':
      return exitCodes.rollbackFailed;
    case 'rejected':
      return exitCodes.rejected;
    case 'approval-timed-out':
      return exitCodes.approvalTimedOut;
  }
}

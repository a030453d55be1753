/**
 * The worker's log. That a deployment is refused, or ends as it may end, is no fault of the worker's: that takes one line, with its
 * reason, and whatever nobody expects keeps its stack.
 */
import { ApplicationFailure, type LogLevel, type LogMetadata } from '@temporalio/common';
import { DefaultLogger, LogTimestamp } from '@temporalio/worker';
import { isFailureName } from '../domain/failure.ts';

export class WorkerLogger extends DefaultLogger {
  override log(level: LogLevel, message: string, meta?: LogMetadata): void {
    const words = meta === undefined ? null : expectedEnd(message, meta);
    if (words === null) super.log(level, message, meta);
    else super.log(level, words, { [LogTimestamp]: meta?.[LogTimestamp] });
  }
}

/** The SDK's own messages, about an activity and a workflow. */
function expectedEnd(message: string, { error, activityType, workflowId }: LogMetadata): string | null {
  if (message === 'Activity failed') {
    return error instanceof ApplicationFailure && error.nonRetryable === true && isFailureName(error.type)
      ? `${String(activityType)} of ${String(workflowId)}: ${error.type}: ${inOneLine(error.message)}`
      : null;
  }
  if (message !== 'Workflow failed') return null;
  // It comes from another thread, as an Error without its class.
  return error instanceof Error && error.stack?.startsWith('ApplicationFailure: ') === true
    ? `deployment ${String(workflowId)} failed: ${inOneLine(error.message)}`
    : null;
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

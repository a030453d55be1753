/** What an operator does and hears, and what a step does that only an interruption ends. */
import { Context } from '@temporalio/activity';
import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Message } from '../../src/domain/message.ts';
import type { DeploymentState, StepName } from '../../src/domain/state.ts';

export const at = (phase: StepName) => (state: DeploymentState) => state.phase === phase;
/** An activity that ends only by being cancelled. */
export const untilCancelled = async (): Promise<never> => {
  const heartbeat = setInterval(() => {
    Context.current().heartbeat();
  }, 50);
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(heartbeat);
  }
};
export const operator: Message = { by: 'ann', reason: 'looked at it' };
/** Why an Update was refused. */
export async function refusalFrom(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => undefined,
    (failed: unknown) => failed as WorkflowUpdateFailedError,
  );
  return error?.cause?.message ?? 'it was accepted';
}

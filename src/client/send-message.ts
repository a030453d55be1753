/** Decisions on a running deployment: each is accepted or refused at once. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { refusalOf } from '../domain/decision-rules.ts';
import type { FinishMessage, Message, MessageName } from '../domain/message.ts';
import type { DeploymentState } from '../domain/state.ts';
import { approveUpdate, finishUpdate, rejectUpdate, rollbackUpdate } from '../workflows/messages.ts';
import { DeploymentNotFound, NoWorker } from './errors.ts';
import { withWorker } from './no-worker.ts';
import { standingOf } from './previous.ts';
import { readExecution, readStatus } from './status.ts';
import { leftBehind, startUndo } from './undo.ts';
import type { Temporal } from './temporal.ts';

export type Answer =
  | { readonly kind: 'accepted'; readonly state: DeploymentState }
  /** The message says why not, in words for an operator. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'notFound'; readonly message: string };

const updates: Readonly<Record<MessageName, UpdateDefinition<DeploymentState, [FinishMessage]>>> = {
  approve: approveUpdate,
  reject: rejectUpdate,
  rollback: rollbackUpdate,
  finish: finishUpdate,
};

/** Sends a message to the deployment that runs under this id. Throws NoWorker when nobody could answer. */
export async function sendMessage(
  temporal: Temporal,
  id: string,
  name: MessageName,
  message: Message | FinishMessage,
): Promise<Answer> {
  const handle = temporal.client.workflow.getHandle(id);
  try {
    // Whatever the queue of this client is: the deployment may have been started with another one.
    const taskQueue = async (): Promise<string> => (await readExecution(temporal, id)).taskQueue;
    const state = await withWorker(temporal, taskQueue, null, () =>
      handle.executeUpdate(updates[name], { args: [message] }),
    );
    return { kind: 'accepted', state };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
      return { kind: 'refused', message: error.cause.message };
    }
    if (error instanceof NoWorker) {
      throw new NoWorker(`${error.message}; the ${name} was not answered, and may still be taken then`, null, {
        cause: error,
      });
    }
    if (error instanceof WorkflowNotFoundError) return answerOfEnded(temporal, id, name, message);
    throw error;
  }
}

/** No workflow of this id runs: either it is over, or there never was one. */
async function answerOfEnded(temporal: Temporal, id: string, name: MessageName, message: Message): Promise<Answer> {
  try {
    const { state: last } = await readStatus(temporal, id);
    const state = await standingOf(temporal, last);
    const ended = name === 'rollback' ? leftBehind(state) : null;
    if (ended !== null) {
      const begun = await startUndo(temporal, state, ended, message);
      if (begun !== null) return { kind: 'accepted', state: begun };
    }
    return {
      kind: 'refused',
      message: refusalOf(last, name) ?? `${id} is over: it does not take \`${name}\` any more`,
    };
  } catch (error) {
    if (error instanceof DeploymentNotFound) return { kind: 'notFound', message: error.message };
    throw error;
  }
}

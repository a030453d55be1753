/** The names by which a running deployment is reached: what the client, the Temporal UI and the CLI of Temporal use. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { FinishMessage, Message } from '../domain/message.ts';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import type { DeploymentState } from '../domain/state.ts';

export const workflowType = 'BlueGreenDeploy';
/** What `cutover validate --connect` starts. */
export const validateType = 'ValidateSpec';
export const defaultTaskQueue = 'cutover';

/** The optional second argument of the workflow: who asked for the deployment, and why. */
export interface DeployRequest {
  readonly by?: string;
  readonly reason?: string;
  /** Whether a Deployment in the candidate's slot that cutover has not made is deleted for it. */
  readonly deleteUnmanaged?: boolean;
  /** Deploy nothing: switch back what a deployment did that has ended without doing so itself. */
  readonly undo?: EndedDeployment;
}

export const stateQuery = defineQuery<DeploymentState>('state');

export const approveUpdate = defineUpdate<DeploymentState, [Message]>('approve');
export const rejectUpdate = defineUpdate<DeploymentState, [Message]>('reject');
export const rollbackUpdate = defineUpdate<DeploymentState, [Message]>('rollback');
export const finishUpdate = defineUpdate<DeploymentState, [FinishMessage]>('finish');

export const approveSignal = defineSignal<[Message]>('approve');
export const rejectSignal = defineSignal<[Message]>('reject');
export const rollbackSignal = defineSignal<[Message]>('rollback');
export const finishSignal = defineSignal<[FinishMessage]>('finish');

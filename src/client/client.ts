/** The typed way to deployments: what the CLI and CI use. */
import type { Message, MessageName } from '../domain/message.ts';
import type { DeploymentState } from '../domain/state.ts';
import { listDeployments, type ListedDeployment, type ListOptions } from './list.ts';
import { whyNoWorker } from './no-worker.ts';
import { previousOf } from './previous.ts';
import { sendMessage, type Answer } from './send-message.ts';
import type { Settings } from './settings.ts';
import { startDeployment, type DeployOptions, type DeployResult } from './start.ts';
import { readExecution, readStatus, type DeploymentStatus } from './status.ts';
import type { Spec } from '../domain/spec.ts';
import type { Temporal } from './temporal.ts';
import { validateSpec, type Validated, type ValidateOptions } from './validate.ts';
import { currentBuildId } from './worker-version.ts';
import { waitForMilestone, waitUntil, type Milestone, type WaitEnd, type WaitOptions } from './wait.ts';

/** The latest deployment of an id, or the one of this run. */
export interface DeploymentKey {
  readonly id: string;
  readonly runId?: string;
}

export class CutoverClient {
  readonly #temporal: Temporal;

  constructor(temporal: Temporal) {
    this.#temporal = temporal;
  }

  get settings(): Settings {
    return this.#temporal.settings;
  }

  /** Validates the spec and starts its deployment; gets one that is in retention out of the way. */
  deploy(options: DeployOptions): Promise<DeployResult> {
    return startDeployment(this.#temporal, options);
  }

  /** Tries out, through a worker, what the spec refers to: nothing is started, and nothing is changed. */
  validate(spec: Spec, options?: Pick<ValidateOptions, 'onTrouble'>): Promise<Validated> {
    return validateSpec(this.#temporal, spec, options);
  }

  /** Lets a deployment that waits for approval switch production. */
  approve(id: string, message: Message): Promise<Answer> {
    return this.send(id, 'approve', message);
  }

  /** Refuses approval: the candidate is removed. */
  reject(id: string, message: Message): Promise<Answer> {
    return this.send(id, 'reject', message);
  }

  /** Switches production back to stable, or removes the candidate before the cutover. */
  rollback(id: string, message: Message): Promise<Answer> {
    return this.send(id, 'rollback', message);
  }

  /** Ends the retention: the old slot is drained and torn down. */
  finish(id: string, message: Message): Promise<Answer> {
    return this.send(id, 'finish', message);
  }

  send(id: string, name: MessageName, message: Message): Promise<Answer> {
    return sendMessage(this.#temporal, id, name, message);
  }

  /** Throws DeploymentNotFound, NoWorker, DeploymentWithoutRecord or TemporalCallFailed. */
  status({ id, runId }: DeploymentKey): Promise<DeploymentStatus> {
    return readStatus(this.#temporal, id, runId);
  }

  /** The last deployment before one that has changed nothing, which tells what is live; null where none is known. */
  previous(last: DeploymentState): Promise<DeploymentState | null> {
    return previousOf(this.#temporal, last);
  }

  /** How many events the deployment's history has: its cost in Temporal. */
  async historyLength({ id, runId }: DeploymentKey): Promise<number> {
    return (await readExecution(this.#temporal, id, runId)).historyLength;
  }

  /** Says so when no worker polls the task queue, so that nothing would happen; null when one does. */
  whyNoWorker(): Promise<string | null> {
    return whyNoWorker(this.#temporal, this.settings.taskQueue);
  }

  /** The build of that worker deployment to which Temporal sends the deployments; null where it is workers without one. */
  currentBuildId(deploymentName: string): Promise<string | null> {
    return currentBuildId(this.#temporal, deploymentName);
  }

  list(options?: ListOptions): Promise<ListedDeployment[]> {
    return listDeployments(this.#temporal, options);
  }

  async waitFor(key: DeploymentKey, milestone: Milestone, options?: WaitOptions): Promise<WaitEnd> {
    return waitForMilestone(this.#temporal, await this.#pinned(key), milestone, options);
  }

  /** Waits until the state is as `reached` says, or the deployment is over. */
  async waitUntil(
    key: DeploymentKey,
    reached: (state: DeploymentStatus['state']) => boolean,
    options?: WaitOptions,
  ): Promise<WaitEnd> {
    return waitUntil(this.#temporal, await this.#pinned(key), reached, options);
  }

  async close(): Promise<void> {
    await this.#temporal.close();
  }

  /** A wait stays with one deployment, also when the next one of the app begins. */
  async #pinned({ id, runId }: DeploymentKey): Promise<Required<DeploymentKey>> {
    return { id, runId: runId ?? (await readExecution(this.#temporal, id)).runId };
  }
}

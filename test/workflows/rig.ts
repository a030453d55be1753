/** The real workflow code on the time-skipping Temporal server, with activities that the test scripts. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type Logger,
  type WorkflowBundle,
} from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import { inject } from 'vitest';
import '../setup/provided.ts';
import type { Activities } from '../../src/activities/contract.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import { stateQuery, workflowType, type DeployRequest } from '../../src/workflows/messages.ts';
import { scriptedActivities, spec as defaultSpec } from './scripted-activities.ts';

export class WorkflowRig {
  readonly #bundle: WorkflowBundle;

  private constructor(bundle: WorkflowBundle) {
    this.#bundle = bundle;
  }

  static async start(logger: Logger = new DefaultLogger('ERROR')): Promise<WorkflowRig> {
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } });
    const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
    return new WorkflowRig(await bundleWorkflowCode({ logger, workflowsPath }));
  }

  /**
   * Runs one deployment while `script` plays the operator; gives the final document and the order of activities.
   * Each has a server of its own: an activity that outlives its workflow holds the clock of the server for good.
   */
  async deploy(options: {
    spec?: unknown;
    request?: DeployRequest;
    activities?: Partial<Activities>;
    script?: (run: RunningDeployment) => Promise<void>;
  }): Promise<{ state: DeploymentState; calls: string[]; workflowMs: number; historyLength: number }> {
    const path = inject('temporalTestServer');
    const server = { executable: { type: 'existing-path', path } } as const;
    const environment = await TestWorkflowEnvironment.createTimeSkipping({ server });
    try {
      return await this.#run(environment, options);
    } finally {
      await environment.teardown();
    }
  }

  async #run(
    environment: TestWorkflowEnvironment,
    options: Parameters<WorkflowRig['deploy']>[0],
  ): ReturnType<WorkflowRig['deploy']> {
    const taskQueue = randomUUID();
    const { activities, calls } = scriptedActivities(options.activities);
    const { nativeConnection: connection, client } = environment;
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: this.#bundle,
      activities: { ...activities },
      defaultHeartbeatThrottleInterval: 50,
      maxHeartbeatThrottleInterval: 50,
    });
    return worker.runUntil(async () => {
      const handle = await client.workflow.start(workflowType, {
        taskQueue,
        workflowId: 'default/api',
        args: [options.spec ?? defaultSpec, options.request ?? { by: 'ci', reason: 'build 7' }],
      });
      const running = new RunningDeployment(handle, environment, calls);
      await options.script?.(running);
      const state = await running.final();
      const { historyLength } = await handle.describe();
      const workflowMs = Date.parse(state.finishedAt ?? '') - Date.parse(state.startedAt);
      return { state, calls, workflowMs, historyLength };
    });
  }
}

export class RunningDeployment {
  readonly handle: WorkflowHandle;
  readonly calls: readonly string[];
  readonly #environment: TestWorkflowEnvironment;

  constructor(handle: WorkflowHandle, environment: TestWorkflowEnvironment, calls: readonly string[]) {
    this.handle = handle;
    this.calls = calls;
    this.#environment = environment;
  }

  state(): Promise<DeploymentState> {
    return this.handle.query(stateQuery);
  }

  /** Lets workflow time pass. */
  async pass(duration: string): Promise<void> {
    await this.#environment.sleep(duration);
  }

  /** The state as soon as `reached` holds; workflow time moves on by a second at a time until then. */
  async when(reached: (state: DeploymentState) => boolean): Promise<DeploymentState> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const state = await this.state();
      if (reached(state)) return state;
      await this.pass('1s');
    }
    throw new Error(`never reached; last state: ${JSON.stringify(await this.state())}`);
  }

  /** The document that the workflow ends with, also where it fails. */
  async final(): Promise<DeploymentState> {
    try {
      return (await this.handle.result()) as DeploymentState;
    } catch (error) {
      const cause = (error as { cause?: { details?: unknown[] } }).cause;
      const [state] = cause?.details ?? [];
      if (state === undefined) throw error;
      return state as DeploymentState;
    }
  }
}

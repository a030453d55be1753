/** The real workflow code in the SDK's own runtime, without a server and without Core: what goes in are activations. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { TypedSearchAttributes } from '@temporalio/common';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { workflowType } from '../../../src/workflows/messages.ts';

export type Workflow = Awaited<ReturnType<ReusableVMWorkflowCreator['createWorkflow']>>;
export type Activation = Parameters<Workflow['activate']>[0];
export type Job = NonNullable<Activation['jobs']>[number];
export type Command = NonNullable<
  NonNullable<Awaited<ReturnType<Workflow['activate']>>['successful']>['commands']
>[number];
type CreateOptions = Parameters<ReusableVMWorkflowCreator['createWorkflow']>[0];

/** The name under which the workflow code appears in stack traces. */
const filename = 'workflow-bundle.cjs';

/** Where `npm run build` leaves the bundle, as seen from the sources and from dist. */
function bundlePath(): string {
  const fromHere = import.meta.url.endsWith('.ts') ? '../../../dist/src' : '../../../src';
  return fileURLToPath(new URL(`${fromHere}/workflows/bundle.cjs`, import.meta.url));
}

export class WorkflowCode {
  readonly #creator: ReusableVMWorkflowCreator;

  private constructor(creator: ReusableVMWorkflowCreator) {
    this.#creator = creator;
  }

  /** Loads the bundle, once for all sequences. Throws where `npm run build` was not run. */
  static load(path = bundlePath()): WorkflowCode {
    const code = readFileSync(path, 'utf8');
    // Rejections that nobody handles are the simulation's to judge, not the SDK's.
    Object.assign(ReusableVMWorkflowCreator, { unhandledRejectionHandlerHasBeenSet: true });
    const bundle = { code, filename, sourceMap: {} } as unknown as ConstructorParameters<
      typeof ReusableVMWorkflowCreator
    >[1];
    // Not by its own factory, which watches every promise of the process for the sake of stack traces.
    const noTimeout = undefined as unknown as number;
    return new WorkflowCode(
      new ReusableVMWorkflowCreator(new Script(code, { filename }), bundle, noTimeout, new Set<string>()),
    );
  }

  /** One execution of the workflow, ready for its first activation. */
  start(workflowId: string, runId: string, now: number): Promise<Workflow> {
    const startTime = new Date(now);
    const info = {
      workflowId,
      runId,
      workflowType,
      searchAttributes: {},
      typedSearchAttributes: new TypedSearchAttributes(),
      taskQueue: 'simulation',
      namespace: 'default',
      firstExecutionRunId: runId,
      originalExecutionRunId: runId,
      startTime,
      runStartTime: startTime,
      taskTimeoutMs: 10_000,
      attempt: 1,
      historyLength: 3,
      historySize: 0,
      continueAsNewSuggested: false,
      unsafe: { now: Date.now, isReplaying: false, isReplayingHistoryEvents: false, random: undefined },
    };
    const options = { info, randomnessSeed: [1, 2, 3, 4], now, showStackTraceSources: false };
    return this.#creator.createWorkflow(options as unknown as CreateOptions);
  }
}

/**
 * One execution of the workflow: feeds it activations and does what its commands say, as Core and the server would.
 *
 * Signals and updates come before all else that arrived for the same workflow task, as Core has it.
 */
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { workflowType } from '../../../src/workflows/messages.ts';
import { ScheduledActivity, type ActivityHost, type ActivityResult } from './activity.ts';
import { cancelledFailure, fromPayload, readFailure, toPayloads, type Failure } from './payloads.ts';
import type { Activation, Command, Job, Workflow, WorkflowCode } from './workflow-code.ts';

export type Ending =
  { readonly kind: 'completed'; readonly result: unknown } | { readonly kind: 'failed'; readonly failure: unknown };

export type UpdateOutcome =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly why: string };

type Host = Omit<ActivityHost, 'resolve'>;

export class WorkflowExecution {
  ending: Ending | null = null;
  /** Why a workflow task failed: a server would try it for ever. */
  taskFailure: string | null = null;
  readonly activities = new Map<number, ScheduledActivity>();
  readonly #host: Host;
  readonly #timers = new Map<number, { cancel(): void }>();
  readonly #updates = new Map<string, (outcome: UpdateOutcome) => void>();
  #workflow: Workflow | null = null;
  #jobs: Job[] = [];
  #isActive = false;
  #updateCount = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async start(code: WorkflowCode, args: readonly unknown[]): Promise<void> {
    const { workflowId, runId, clock } = this.#host;
    this.#workflow = await code.start(workflowId, runId, clock.now);
    for (const argument of args) this.#host.stored('input of the workflow', argument);
    const init = { workflowId, workflowType, arguments: toPayloads(args), attempt: 1, firstExecutionRunId: runId };
    this.#add({ initializeWorkflow: init });
  }

  /** Whether only a message can make it go on. */
  get isIdle(): boolean {
    // A retention that has no end waits for people, and its watch with it.
    const busy = [...this.activities.values()].some(({ done, type }) => !done && type !== 'retention');
    return !busy && this.#timers.size === 0 && this.#jobs.length === 0 && !this.#isActive && this.ending === null;
  }

  signal(signalName: string, input: readonly unknown[]): void {
    this.#add({ signalWorkflow: { signalName, input: toPayloads(input) } });
  }

  update(name: string, input: readonly unknown[]): Promise<UpdateOutcome> {
    if (this.ending !== null) return Promise.resolve({ ok: false, why: 'the workflow is over' });
    const id = `update-${(this.#updateCount += 1)}`;
    this.#add({ doUpdate: { id, protocolInstanceId: id, name, input: toPayloads(input), runValidator: true } });
    return new Promise((resolve) => {
      this.#updates.set(id, resolve);
    });
  }

  cancel(): void {
    this.#add({ cancelWorkflow: { reason: 'asked for' } });
  }

  /** The workflow's answer to a query, now. */
  async query(name: string): Promise<unknown> {
    if (this.#workflow === null) return undefined;
    const completion = await this.#workflow.activate(
      this.#activation([{ queryWorkflow: { queryId: 'query', queryType: name, arguments: [] } }]),
    );
    const answer = completion.successful?.commands?.find(({ respondToQuery }) => respondToQuery != null);
    return fromPayload(answer?.respondToQuery?.succeeded?.response);
  }

  async dispose(): Promise<void> {
    await this.#workflow?.dispose();
    this.#workflow = null;
  }

  #add(job: Job): void {
    if (this.ending !== null) return;
    this.#jobs.push(job);
    if (this.#jobs.length > 1 || this.#isActive) return;
    this.#schedule();
  }

  #schedule(): void {
    const { clock, random } = this.#host;
    clock.after(random.between(1, 8), () => void this.#activate());
  }

  async #activate(): Promise<void> {
    if (this.#workflow === null || this.ending !== null || this.#isActive || this.#jobs.length === 0) return;
    this.#isActive = true;
    const jobs = this.#jobs.sort((a, b) => rank(a) - rank(b));
    this.#jobs = [];
    const completion = await this.#workflow.activate(this.#activation(jobs));
    this.#isActive = false;
    if (completion.successful == null) {
      this.taskFailure = completion.failed?.failure?.message ?? 'the workflow task failed';
      return;
    }
    for (const command of completion.successful.commands ?? []) this.#obey(command);
    if (this.#jobs.length > 0) this.#schedule();
  }

  #activation(jobs: Job[]): Activation {
    const { clock, runId } = this.#host;
    return { runId, timestamp: msToTs(clock.now), isReplaying: false, historyLength: 10, jobs };
  }

  #obey(command: Command): void {
    const { clock } = this.#host;
    if (command.startTimer != null) {
      const { seq, startToFireTimeout } = command.startTimer;
      const timer = clock.after(tsToMs(startToFireTimeout), () => {
        this.#timers.delete(seq ?? 0);
        this.#add({ fireTimer: { seq } } as Job);
      });
      this.#timers.set(seq ?? 0, timer);
    } else if (command.cancelTimer != null) {
      this.#timers.get(command.cancelTimer.seq ?? 0)?.cancel();
      this.#timers.delete(command.cancelTimer.seq ?? 0);
    } else if (command.scheduleActivity != null) {
      const host = { ...this.#bound(), resolve: (seq: number, result: ActivityResult) => this.#resolve(seq, result) };
      const activity = new ScheduledActivity(host, command.scheduleActivity);
      this.activities.set(activity.seq, activity);
    } else if (command.requestCancelActivity != null) this.#cancelActivity(command.requestCancelActivity.seq ?? 0);
    else if (command.updateResponse != null) this.#respond(command.updateResponse);
    else if (command.completeWorkflowExecution != null) {
      const result = fromPayload(command.completeWorkflowExecution.result);
      this.#end({ kind: 'completed', result }, result);
    } else if (command.failWorkflowExecution != null) {
      const { message, detail } = readFailure(command.failWorkflowExecution.failure);
      this.#end({ kind: 'failed', failure: detail }, { message, detail });
    } else if (command.modifyWorkflowProperties != null) {
      const fields = command.modifyWorkflowProperties.upsertedMemo?.fields ?? {};
      const memo = Object.entries(fields).map(([name, payload]) => [name, fromPayload(payload)] as const);
      this.#host.stored('memo', Object.fromEntries(memo));
    } else if (command.setPatchMarker != null) {
      // The workflow is never replayed here, so what a marker says is asked by nobody.
    } else throw new Error(`the simulation knows no command ${Object.keys(command).join(', ')}`);
  }

  /** The host's functions, which a spread of a class instance would lose. */
  #bound(): Host {
    const host = this.#host;
    return {
      clock: host.clock,
      random: host.random,
      workflowId: host.workflowId,
      runId: host.runId,
      bind: (execution) => host.bind(execution),
      nextFault: (activity) => host.nextFault(activity),
      stored: (what, value) => host.stored(what, value),
      began: (attempt) => host.began(attempt),
      finished: (attempt, end) => host.finished(attempt, end),
    };
  }

  #end(ending: Ending, kept: unknown): void {
    this.ending = ending;
    this.#host.stored('result of the workflow', kept);
    for (const timer of this.#timers.values()) timer.cancel();
    for (const activity of this.activities.values()) activity.done = true;
    for (const answer of this.#updates.values()) answer({ ok: false, why: 'the workflow ended' });
  }

  #cancelActivity(seq: number): void {
    const activity = this.activities.get(seq);
    if (activity === undefined || activity.done) return;
    activity.cancel();
    const failure = cancelledFailure({ activityId: String(seq), activityType: activity.type });
    this.#add({ resolveActivity: { seq, result: { cancelled: { failure } } } });
  }

  #resolve(seq: number, result: ActivityResult): void {
    this.#add({ resolveActivity: { seq, result } });
  }

  #respond(response: NonNullable<Command['updateResponse']>): void {
    const answer = this.#updates.get(response.protocolInstanceId ?? '');
    if (response.rejected != null) answer?.({ ok: false, why: readWhy(response.rejected) });
    else if (response.completed != null) {
      const result = fromPayload(response.completed);
      this.#host.stored('result of an update', result);
      answer?.({ ok: true, result });
    } else return;
    this.#updates.delete(response.protocolInstanceId ?? '');
  }
}

function readWhy(failure: Failure): string {
  return failure.cause?.message ?? failure.message ?? 'refused';
}

function rank(job: Job): number {
  if (job.initializeWorkflow != null) return 0;
  return job.signalWorkflow != null || job.doUpdate != null ? 1 : 2;
}

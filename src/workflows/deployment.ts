/**
 * One running deployment: its record, the messages that it takes, and what interrupts it.
 *
 * 1. State is complete before the first await, since messages can arrive before the walk begins.
 * 2. A message is accepted or refused at once, against the state as it is; the walk acts on it afterwards.
 * 3. After an interruption was accepted no further step of the walk begins.
 */
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertMemo,
  type WorkflowInfo,
} from '@temporalio/workflow';
import { refusalOf } from '../domain/decision-rules.ts';
import { readMessage, type FinishMessage, type MessageName, type ReadMessage } from '../domain/message.ts';
import { DeploymentRecord } from '../domain/record.ts';
import type { DecisionRecord, DeploymentState, StepName } from '../domain/state.ts';
import { summarise, toMarkdown } from '../domain/summary.ts';
import type { Target } from '../activities/contract.ts';
import { failureOf } from './failure-of.ts';
import * as messages from './messages.ts';
import { runPreflight } from './step-activities.ts';

/** What made a deployment stop in the middle of its walk. */
export interface Interruption {
  readonly kind: 'rollback' | 'reject' | 'cancel';
  readonly by: string;
  readonly reason: string;
}

export class Deployment {
  readonly record: DeploymentRecord;
  readonly runId: string;
  /** Set by preflight: what every activity is told. */
  target: Target | null = null;
  /** What the soak has recorded of stable, for the monitor. */
  baseline: unknown;
  /** What it has found out about the errors in stable's logs, for the monitor. */
  stableErrors: unknown;
  /** How far the walk came, for what has to be undone. */
  reached: 'nothing' | 'candidate' | 'switch' = 'nothing';
  /** The run id of the ended deployment that this one switches back. */
  inPlaceOf: string | null = null;
  interruption: Interruption | null = null;
  approval: ReadMessage | null = null;
  ending: ReadMessage | null = null;
  /** Whether the workflow was started for a rollback alone, which another one would only interrupt. */
  readonly #isUndo: boolean;
  readonly #scope = new CancellationScope();

  constructor(info: WorkflowInfo, request: messages.DeployRequest | undefined) {
    const asked = readMessage(request);
    this.runId = info.runId;
    this.#isUndo = request?.undo !== undefined && patched('undo-goes-on');
    this.record = new DeploymentRecord(
      {
        id: info.workflowId,
        runId: info.runId,
        requestedBy: asked.ok ? asked.message.by : 'somebody who gave no name',
        reason: asked.ok ? asked.message.reason : 'no reason given',
      },
      () => new Date().toISOString(),
    );
    this.#listen();
  }

  get state(): DeploymentState {
    return this.record.state;
  }

  /** The target of the activities; preflight has to have run. */
  get planned(): Target {
    if (this.target === null) throw ApplicationFailure.nonRetryable(`${this.state.id} has no plan yet`, 'Unexpected');
    return this.target;
  }

  /** Runs the walk so that an accepted rollback, a rejection or a cancellation ends it at once. */
  async interruptible(walk: () => Promise<void>): Promise<void> {
    try {
      await this.#scope.run(walk);
    } catch (error) {
      if (CancellationScope.current().consideredCancelled && this.interruption === null) {
        this.#interrupt('cancel', 'somebody with access to Temporal', 'the workflow was cancelled', 'cancel');
      }
      throw error;
    }
  }

  /** Begins the rollback for which the workflow was started. */
  undo(): void {
    this.#interrupt('rollback', this.state.requestedBy, this.state.reason, 'start');
  }

  /** Begins a step, unless the walk was interrupted in the meantime. */
  begin(step: StepName, expectation?: Partial<Pick<DeploymentState, 'waitingFor' | 'next'>>): void {
    if (this.interruption !== null) throw new CancelledFailure(`${this.state.id} was interrupted before ${step}`);
    this.record.begin(step, expectation);
    this.publish();
  }

  /** Waits until `ready` holds or `milliseconds` have passed; says whether it held. */
  async until(ready: () => boolean, milliseconds: number | null, summary: string): Promise<boolean> {
    if (milliseconds === null) {
      await condition(ready);
      return true;
    }
    const timer = new CancellationScope();
    const elapsed = timer.run(() => sleep(milliseconds, { summary: summary.slice(0, 200) })).then(() => false);
    const held = await Promise.race([condition(ready).then(() => true), elapsed]);
    if (held) {
      timer.cancel();
      await elapsed.catch(() => undefined);
    }
    return held;
  }

  /** Shows the state to those who look at the Temporal UI or list workflows. */
  publish(): void {
    setCurrentDetails(toMarkdown(this.state));
    upsertMemo({
      app: this.state.app,
      phase: this.state.phase,
      outcome: this.state.outcome,
      summary: summarise(this.state),
    });
  }

  #listen(): void {
    setHandler(messages.stateQuery, () => this.state, { description: 'The whole deployment as one document' });
    this.#on('approve', messages.approveUpdate, messages.approveSignal);
    this.#on('reject', messages.rejectUpdate, messages.rejectSignal);
    this.#on('rollback', messages.rollbackUpdate, messages.rollbackSignal);
    this.#on('finish', messages.finishUpdate, messages.finishSignal, ({ successor, deleteUnmanaged }) =>
      successor === undefined ? null : this.#admit(successor, deleteUnmanaged === true),
    );
  }

  /** `first` may hold an Update back: what it throws refuses it. */
  #on(
    name: MessageName,
    update: typeof messages.finishUpdate,
    signal: typeof messages.finishSignal,
    first: (message: FinishMessage) => Promise<void> | null = () => null,
  ): void {
    const description = `${purposes[name]} Input: {"by": "your name", "reason": "why"}`;
    setHandler(
      update,
      async (input?: FinishMessage) => {
        const admission = first(input ?? {});
        if (admission !== null) {
          await admission;
          // Others may have decided in the meantime.
          this.#demand(name, input);
        }
        this.#take(name, input, 'update');
        return this.state;
      },
      {
        description,
        validator: (input?: FinishMessage) => {
          this.#demand(name, input);
        },
      },
    );
    setHandler(
      signal,
      (input?: FinishMessage) => {
        const refusal = this.#refusal(name, input);
        if (refusal === null) this.#take(name, input, 'signal');
        else this.record.notice(`the signal ${name} was refused: ${refusal}`);
      },
      { description },
    );
  }

  /** The next deployment of the app may not end this one's fallback unless it could run itself. */
  async #admit(successor: unknown, deleteUnmanaged: boolean): Promise<void> {
    try {
      await runPreflight({ spec: successor, workflowId: this.state.id, runId: this.runId, deleteUnmanaged });
    } catch (error) {
      const { message } = failureOf(error, null);
      throw ApplicationFailure.nonRetryable(`${this.state.id} stays as it is: ${message}`, 'MessageRefused');
    }
  }

  #demand(name: MessageName, input: unknown): void {
    const refusal = this.#refusal(name, input);
    if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, 'MessageRefused');
  }

  #refusal(name: MessageName, input: unknown): string | null {
    const reading = readMessage(input);
    if (!reading.ok) return reading.refusal;
    if (this.interruption !== null || (this.#isUndo && name === 'rollback')) {
      const by = this.interruption?.by ?? this.state.requestedBy;
      return `${this.state.id} is being rolled back already: ${by} asked for it`;
    }
    if (this.approval !== null && (name === 'approve' || name === 'reject') && this.state.phase === 'approval') {
      return `${this.state.id} was approved by ${this.approval.by} already`;
    }
    if (this.ending !== null && name === 'finish')
      return `${this.ending.by} ended the retention of ${this.state.id} already`;
    return refusalOf(this.state, name);
  }

  #take(name: MessageName, input: unknown, via: 'update' | 'signal'): void {
    const reading = readMessage(input);
    if (!reading.ok) return;
    const { message } = reading;
    switch (name) {
      case 'approve':
        this.approval = message;
        break;
      case 'finish':
        this.ending = message;
        break;
      case 'reject':
      case 'rollback':
        this.#interrupt(name, message.by, message.reason, via);
        return;
    }
    this.record.decided({ kind: name, by: message.by, reason: message.reason, via });
  }

  #interrupt(kind: Interruption['kind'], by: string, reason: string, via: DecisionRecord['via']): void {
    this.interruption = { kind, by, reason };
    this.record.decided({ kind, by, reason, via });
    this.#scope.cancel();
  }
}

const purposes: Record<MessageName, string> = {
  approve: 'Lets the waiting deployment switch production to the candidate.',
  reject: 'Refuses approval: the candidate is removed, production stays where it is.',
  rollback: 'Switches production back to stable at once, or removes the candidate before the cutover.',
  finish: 'Ends the retention now: the old slot is drained and torn down.',
};

/**
 * Runs one sequence: the real workflow and the real activities against the model of the cluster, on virtual time, with
 * everything that the scenario has happen, and every invariant checked at each step.
 */
import type { DeploymentState } from '../../src/domain/state.ts';
import { createActivities } from '../../src/activities/index.ts';
import type { Activities } from '../../src/activities/contract.ts';
import { doByHand } from './by-hand.ts';
import { VirtualClock } from './clock.ts';
import { Facts } from './facts.ts';
import { Overseer } from './overseer.ts';
import { Violation } from './violation.ts';
import type { Caller } from './model/api-server.ts';
import { ClusterModel } from './model/cluster-model.ts';
import { Knowledge } from './model/knowledge.ts';
import { wayOf } from './model/way.ts';
import { Random } from './random.ts';
import { app, service, specOf, type Action, type Scenario } from './scenario.ts';
import type { AttemptFault, Execution } from './temporal/activity.ts';
import type { Attempt } from './temporal/attempt.ts';
import { WorkflowExecution } from './temporal/execution.ts';
import type { WorkflowCode } from './temporal/workflow-code.ts';

export interface Report {
  readonly state: DeploymentState | null;
  readonly violation: Violation | null;
  /** Virtual, from the start of the workflow to its end. */
  readonly ms: number;
  /** Timers that fired: the length of the sequence. */
  readonly events: number;
  readonly requests: number;
  readonly model: ClusterModel;
}

const workflowId = `default/${app}`;
export const runId = '01900000-0000-7000-8000-000000000001';
/** After the end, for what is late to land. */
const aftermathMs = 90_000;
/** More than any sequence needs that gets anywhere. */
const mostEvents = 20_000;

export async function runSequence(code: WorkflowCode, scenario: Scenario): Promise<Report> {
  const random = new Random(scenario.seed);
  const clock = new VirtualClock();
  const restore = clock.install(random);
  const sequence = new Sequence(scenario, clock, random);
  const rejected = (error: unknown): void =>
    sequence.broken(new Violation('crash', `unhandled rejection: ${String(error)}`));
  process.on('unhandledRejection', rejected);
  try {
    return await sequence.run(code);
  } finally {
    process.off('unhandledRejection', rejected);
    restore();
  }
}

class Sequence {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #model: ClusterModel;
  readonly #overseer: Overseer;
  readonly #execution: WorkflowExecution;
  readonly #alive = new Set<Attempt>();
  readonly #begun = new Map<string, number>();
  #phase = '';
  #violation: Violation | null = null;
  #endedAt: number | null = null;
  #spoken = 0;

  constructor(scenario: Scenario, clock: VirtualClock, random: Random) {
    this.#scenario = scenario;
    this.#clock = clock;
    const guarded =
      <A extends unknown[]>(check: (...args: A) => void) =>
      (...args: A): void => {
        try {
          check(...args);
        } catch (error) {
          this.broken(error);
        }
      };
    this.#model = new ClusterModel({
      clock,
      random,
      app,
      service,
      faults: scenario.requestFaults,
      usersPerSecond: scenario.usersPerSecond,
      onEffect: guarded((effect) => this.#overseer.effect(effect)),
    });
    this.#overseer = new Overseer(new Facts(this.#model, scenario, runId, workflowId));
    this.#execution = new WorkflowExecution({
      clock,
      random,
      workflowId,
      runId,
      bind: (execution) => this.#bind(execution),
      nextFault: (activity) => this.#nextFault(activity),
      stored: guarded((what, value) => {
        this.#overseer.stored(what, value);
        if (what === 'memo') this.#entered((value as { phase: string }).phase);
      }),
      began: guarded((attempt) => {
        this.#alive.add(attempt);
        this.#overseer.began(attempt);
      }),
      finished: guarded((attempt, end) => {
        this.#alive.delete(attempt);
        this.#overseer.finished(attempt, end);
      }),
    });
  }

  broken(error: unknown): void {
    if (!(error instanceof Violation)) throw error;
    this.#violation ??= error;
  }

  async run(code: WorkflowCode): Promise<Report> {
    const { candidate, first, leftover, spec } = this.#scenario;
    const { workload } = this.#model;
    workload.behaviours.set('app:v2', candidate);
    this.#model.seed({ live: first ? null : 'blue', leftover, replicas: spec.replicas });
    await this.#until(() => this.#clock.elapsed >= 3_000);
    const startedAt = this.#clock.now;
    this.#overseer.begin();
    await this.#execution.start(code, [specOf(this.#scenario), { by: 'ci', reason: 'build 7' }]);
    try {
      await this.#toTheEnd();
      const state = this.#finalState();
      const ms = (this.#endedAt ?? this.#clock.now) - startedAt;
      if (this.#violation === null) this.#finalChecks(state);
      return {
        state,
        violation: this.#violation,
        ms,
        events: this.#clock.fired,
        requests: this.#model.server.requests,
        model: this.#model,
      };
    } finally {
      for (const attempt of this.#alive) attempt.die();
      await this.#execution.dispose();
    }
  }

  async #toTheEnd(): Promise<void> {
    for (;;) {
      const { ending, taskFailure } = this.#execution;
      if (ending !== null) break;
      if (taskFailure !== null) this.broken(new Violation('liveness', `a workflow task failed: ${taskFailure}`));
      if (this.#violation !== null) return;
      await this.#until(() => this.#execution.ending !== null || this.#execution.isIdle);
      if (this.#execution.isIdle) this.#lastWord();
      if (this.#clock.fired > mostEvents) {
        this.broken(new Violation('liveness', `no end after ${mostEvents} events, in ${this.#phase}`));
      }
    }
    this.#endedAt = this.#clock.now;
    this.#overseer.ended();
    await this.#until(() => this.#clock.now >= (this.#endedAt ?? 0) + aftermathMs);
  }

  /** Nothing is left but people: what they say at last. */
  #lastWord(): void {
    this.#spoken += 1;
    if (this.#spoken > 20) {
      this.broken(
        new Violation('liveness', `waits for nobody in ${this.#phase}, and takes no ${this.#scenario.lastWord}`),
      );
      return;
    }
    this.#overseer.said(this.#scenario.lastWord);
    void this.#execution.update(this.#scenario.lastWord, [{ by: 'ann', reason: 'the last word' }]);
  }

  async #until(done: () => boolean): Promise<void> {
    // A timer so that the time comes also where nothing else happens.
    this.#clock.after(aftermathMs, () => undefined);
    await this.#clock.run(
      () =>
        done() || this.#violation !== null || this.#execution.taskFailure !== null || this.#clock.fired > mostEvents,
    );
  }

  #finalState(): DeploymentState | null {
    const { ending } = this.#execution;
    if (ending === null) return null;
    return (ending.kind === 'completed' ? ending.result : ending.failure) as DeploymentState | null;
  }

  #finalChecks(state: DeploymentState | null): void {
    try {
      this.#overseer.atTheEnd(state);
    } catch (error) {
      this.broken(error);
    }
  }

  #bind({ attempt, fault }: Execution): (input: never) => Promise<unknown> {
    let sent = 0;
    const caller: Caller & { readonly activity: string } = {
      id: attempt.id,
      activity: attempt.activity,
      knowledge: new Knowledge(app, service),
      get dead() {
        return attempt.dead;
      },
      set dead(dead: boolean) {
        attempt.dead = dead;
      },
      lateMs: () => (fault?.kind === 'unheard' && sent > fault.requests ? fault.lateMs : 0),
      sends: () => {
        sent += 1;
        this.#struck(attempt, fault, sent);
      },
    };
    const cluster = this.#model.clusterOf(caller);
    const way = wayOf(this.#model, caller);
    const access = { proxy: way, direct: way, close: () => undefined };
    return createActivities({ cluster, access })[attempt.activity as keyof Activities];
  }

  /** What its fault does to an attempt that sends its nth request. */
  #struck(attempt: Attempt, fault: AttemptFault | null, sent: number): void {
    switch (fault?.kind) {
      case 'dies':
        if (sent > fault.requests) {
          attempt.die();
          this.#alive.delete(attempt);
        }
        return;
      case 'unheard':
        if (sent > fault.requests && attempt.unheardUntil === 0) attempt.unheardUntil = this.#clock.now + fault.ms;
        return;
      case 'shutdown':
        if (sent === fault.requests + 1) this.#clock.after(1, () => attempt.cancel('WORKER_SHUTDOWN'));
        return;
      default:
    }
  }

  #nextFault(activity: string): AttemptFault | null {
    const nth = this.#begun.get(activity) ?? 0;
    this.#begun.set(activity, nth + 1);
    return this.#scenario.attemptFaults.find((one) => one.activity === activity && one.nth === nth)?.fault ?? null;
  }

  #entered(phase: string): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    const { approvesAfterMs, happenings } = this.#scenario;
    if (phase === 'approval' && approvesAfterMs !== null) {
      this.#clock.after(
        approvesAfterMs,
        () => void this.#execution.update('approve', [{ by: 'ann', reason: 'looks good' }]),
      );
    }
    for (const { in: step, afterMs, what } of happenings)
      if (step === phase) this.#clock.after(afterMs, () => this.#happen(what));
  }

  #happen(action: Action): void {
    switch (action.kind) {
      case 'message':
        for (let time = 0; time < action.times; time += 1) this.#say(action);
        return;
      case 'cancel':
        this.#execution.cancel();
        return;
      default:
        doByHand(action, { model: this.#model, clock: this.#clock, workflowId, isFirst: this.#scenario.first });
    }
  }

  #say({ name, via, form }: Extract<Action, { kind: 'message' }>): void {
    const good = { by: 'bob', reason: `because ${this.#phase}` };
    const input = {
      good: [good],
      empty: [],
      malformed: [{ by: 7, reason: ['x'] }],
      successor: [{ ...good, supersededBy: 'default/api/next', successor: specOf(this.#scenario) }],
    }[form];
    this.#overseer.said(name);
    if (via === 'signal') this.#execution.signal(name, input);
    else void this.#execution.update(name, input).then((outcome) => this.#overseer.told(name, outcome));
  }
}

/** Asks every invariant at every step, and keeps what they need to know. */
import type { WatchEvidence } from '../../src/domain/evidence.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import type { PreflightResult } from '../../src/activities/contract.ts';
import { atTheEnd, invariant6 } from './end-invariants.ts';
import type { Facts } from './facts.ts';
import { asSlot } from './facts.ts';
import { invariant3Always, invariant9, onEffect } from './invariants.ts';
import type { Effect } from './model/api-server.ts';
import type { AttemptEnd, Attempt } from './temporal/attempt.ts';
import type { UpdateOutcome } from './temporal/execution.ts';
import { demand } from './violation.ts';

export class Overseer {
  readonly facts: Facts;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** The deployment begins, with the cluster as it is. */
  begin(): void {
    this.facts.stableAtStart = asSlot(this.facts.model.liveVersion);
  }

  effect(effect: Effect): void {
    if (effect.caller !== 'somebody') for (const check of onEffect) check(this.facts, effect);
    this.facts.remember(effect);
    invariant3Always(this.facts);
  }

  /** Something that Temporal keeps. */
  stored(what: string, value: unknown): void {
    invariant9(what, value);
    if (what === 'memo') {
      const { phase } = value as { phase: string };
      this.facts.phase = phase;
      if (!this.facts.phasesBegan.has(phase)) this.facts.phasesBegan.set(phase, this.facts.now);
    }
    // The first plan is the deployment's; a successor's preflight makes others.
    if (what === 'result of preflight') this.facts.plan ??= value as PreflightResult;
    if (what === 'result of deploy') this.facts.deployed = true;
    invariant3Always(this.facts);
  }

  began({ activity }: Attempt): void {
    if (!this.facts.began.has(activity)) this.facts.began.set(activity, this.facts.now);
  }

  finished({ activity }: Attempt, end: AttemptEnd): void {
    if (end.kind !== 'completed' || (activity !== 'soak' && activity !== 'monitor')) return;
    invariant6(this.facts, activity, end.result as WatchEvidence);
  }

  said(name: string): void {
    this.facts.said.add(name);
  }

  told(name: string, outcome: UpdateOutcome): void {
    if (outcome.ok) this.facts.accepted.add(name);
  }

  ended(): void {
    this.facts.endedAt = this.facts.now;
  }

  atTheEnd(state: DeploymentState | null): void {
    demand(state !== null, 'liveness', () => 'the deployment ended without a document');
    for (const check of atTheEnd) check(this.facts, state);
  }
}

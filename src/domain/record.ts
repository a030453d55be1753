/**
 * The record of one deployment as it happens: the only place that writes the state document.
 *
 * 1. Every list and every text is bounded (bounds.ts), so that the document stays small however long a deployment lives.
 * 2. A step ends once: done, failed, skipped or interrupted.
 */
import type { DecisionRecord, DeploymentState, SlotState, StepName, StepStatus, SwitchRecord } from './state.ts';
import { stepNames } from './state.ts';
import {
  boundedDecision,
  boundedSlot,
  boundedSmoke,
  boundedSwitch,
  boundedWarmUp,
  boundedWatch,
  failureMessage,
  paragraph,
  sentence,
  shortName,
} from './bounds.ts';
import type { Failure } from './failure.ts';
import type { Slot } from './slot.ts';
import type { Spec } from './spec.ts';

const noticesKept = 20;
const decisionsKept = 10;
const switchesKept = 4;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface RecordStart {
  readonly id: string;
  readonly runId: string;
  readonly requestedBy: string;
  readonly reason: string;
}

/** What preflight found out. */
export interface Plan {
  readonly spec: Spec;
  readonly stable: SlotState | null;
  readonly notices: readonly string[];
}

export class DeploymentRecord {
  readonly #state: Writable<DeploymentState>;
  readonly #now: () => string;

  /** `now` gives the time as ISO 8601. */
  constructor(start: RecordStart, now: () => string) {
    this.#now = now;
    const [namespace = '', app = ''] = start.id.split('/');
    this.#state = {
      ...start,
      requestedBy: shortName(start.requestedBy),
      reason: sentence(start.reason),
      schemaVersion: 1,
      app,
      namespace,
      service: '',
      outcome: 'running',
      phase: 'preflight',
      startedAt: now(),
      finishedAt: null,
      spec: null,
      stable: null,
      candidate: null,
      traffic: null,
      steps: stepNames.map((name) => ({ name, status: 'pending', startedAt: null, finishedAt: null, detail: null })),
      waitingFor: null,
      next: null,
      evidence: { warmUp: null, smoke: null, soak: null, monitor: null },
      switches: [],
      decisions: [],
      notices: [],
      failure: null,
    };
  }

  get state(): DeploymentState {
    return this.#state;
  }

  /** What preflight found: from here on the document has its spec and its slots. */
  planned(facts: Plan): void {
    const { spec } = facts;
    Object.assign(this.#state, { spec, app: spec.app, namespace: spec.namespace, service: spec.service });
    this.#state.stable = facts.stable && boundedSlot(facts.stable);
    for (const notice of facts.notices) this.notice(notice);
  }

  begin(step: StepName, expectation: Partial<Pick<DeploymentState, 'waitingFor' | 'next'>> = {}): void {
    this.#state.phase = step;
    this.#state.waitingFor = expectation.waitingFor == null ? null : sentence(expectation.waitingFor);
    this.#state.next = expectation.next ?? null;
    const started = { name: step, status: 'running', startedAt: this.#now(), finishedAt: null, detail: null } as const;
    const known = this.#state.steps.some(({ name }) => name === step);
    this.#state.steps = known
      ? this.#state.steps.map((record) => (record.name === step ? started : record))
      : [...this.#state.steps, started];
  }

  end(step: StepName, status: Exclude<StepStatus, 'pending' | 'running'>, detail: string | null = null): void {
    this.#state.waitingFor = null;
    this.#state.next = null;
    this.#state.steps = this.#state.steps.map((record) =>
      record.name === step && (record.status === 'running' || record.status === 'pending')
        ? {
            ...record,
            status,
            detail: detail === null ? null : paragraph(detail),
            finishedAt: status === 'skipped' ? null : this.#now(),
          }
        : record,
    );
  }

  /** What followed from a step that has ended: it goes to its detail. */
  followed(step: StepName, by: string): void {
    this.#state.steps = this.#state.steps.map((record) =>
      record.name === step
        ? { ...record, detail: paragraph(record.detail === null ? by : `${record.detail}; ${by}`) }
        : record,
    );
  }

  /** Ends what never ran, so that a final document has no pending step. */
  skipPending(detail: string): void {
    for (const { name, status } of this.#state.steps) if (status === 'pending') this.end(name, 'skipped', detail);
  }

  /** What was seen of the slots; null where it could not be read, which leaves what was seen before. */
  seen({ candidate, stable }: { readonly candidate?: SlotState | null; readonly stable?: SlotState | null }): void {
    if (candidate != null) this.#state.candidate = boundedSlot(candidate);
    if (stable != null) this.#state.stable = boundedSlot(stable);
  }

  evidence(found: Partial<DeploymentState['evidence']>): void {
    const { warmUp, smoke, soak, monitor } = { ...this.#state.evidence, ...found };
    this.#state.evidence = {
      warmUp: warmUp && boundedWarmUp(warmUp),
      smoke: smoke && boundedSmoke(smoke),
      soak: soak && boundedWatch(soak),
      monitor: monitor && boundedWatch(monitor),
    };
  }

  /** The traffic as it is known to be, or stays, under this fence. */
  traffic(slot: Slot | null, fence: number): void {
    const before = this.#state.traffic;
    this.#state.traffic = { slot, since: before?.slot === slot ? before.since : this.#now(), fence };
  }

  switched(record: SwitchRecord): void {
    this.#state.switches = [...this.#state.switches, boundedSwitch(record)].slice(-switchesKept);
    this.traffic(record.to, record.fence);
  }

  decided(decision: Omit<DecisionRecord, 'at'>): void {
    const decided = boundedDecision({ ...decision, at: this.#now() });
    this.#state.decisions = [...this.#state.decisions, decided].slice(-decisionsKept);
  }

  /** What was said last is not said again: somebody who repeats himself must not push out what others have to say. */
  notice(text: string): void {
    if (this.#state.notices.at(-1)?.text === sentence(text)) return;
    this.#state.notices = [...this.#state.notices, { at: this.#now(), text: sentence(text) }].slice(-noticesKept);
  }

  failed(failure: Failure): void {
    this.#state.failure ??= { ...failure, message: failureMessage(failure.message) };
  }

  conclude(outcome: Exclude<DeploymentState['outcome'], 'running'>): void {
    this.skipPending('not reached');
    Object.assign(this.#state, { outcome, waitingFor: null, next: null, finishedAt: this.#now() });
  }
}

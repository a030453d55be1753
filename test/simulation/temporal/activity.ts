/**
 * One scheduled activity as the server keeps it: its attempts one after the other, its timeouts, its retries.
 *
 * 1. Only the current attempt's word counts; an older one learns from its next heartbeat that it is not wanted.
 * 2. A heartbeat travels at most once a second, as the worker's throttle has it, and brings a cancellation back.
 */
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { VirtualClock } from '../clock.ts';
import type { Random } from '../random.ts';
import { Attempt, type ActivityInfo, type AttemptEnd } from './attempt.ts';
import {
  activityFailure,
  fromPayload,
  passingFailure,
  readFailure,
  timeoutFailure,
  toPayloads,
  type Failure,
  type TimeoutKind,
} from './payloads.ts';
import type { Command } from './workflow-code.ts';

type Schedule = NonNullable<Command['scheduleActivity']>;

/** What goes wrong with one attempt. */
export type AttemptFault =
  /** It fails before anything was done. */
  | { readonly kind: 'fails-before' }
  /** It does its work, and the worker cannot tell. */
  | { readonly kind: 'fails-after' }
  /** Its worker dies after this many of its requests were sent. */
  | { readonly kind: 'dies'; readonly requests: number }
  /** Its worker cannot reach Temporal for this long, but works on; its requests to the API server are late by `lateMs`. */
  | { readonly kind: 'unheard'; readonly requests: number; readonly ms: number; readonly lateMs: number }
  /** The worker shuts down after this many requests. */
  | { readonly kind: 'shutdown'; readonly requests: number }
  /** It is executed a second time beside the first, this much later. */
  | { readonly kind: 'twice'; readonly ms: number };

export interface Execution {
  readonly attempt: Attempt;
  readonly fault: AttemptFault | null;
}

export interface ActivityHost {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly workflowId: string;
  readonly runId: string;
  /** The function as it is for this attempt. */
  bind(execution: Execution): (input: never) => Promise<unknown>;
  /** What goes wrong with the attempt that begins now. */
  nextFault(activity: string): AttemptFault | null;
  /** What goes into the history, or is kept by the server. */
  stored(what: string, value: unknown): void;
  began(attempt: Attempt): void;
  finished(attempt: Attempt, end: AttemptEnd): void;
  resolve(seq: number, result: ActivityResult): void;
}

export type ActivityResult =
  | { readonly completed: { readonly result: ReturnType<typeof toPayloads>[number] | null } }
  | { readonly failed: { readonly failure: Failure } };

const heartbeatThrottleMs = 1_000;

export class ScheduledActivity {
  readonly seq: number;
  readonly type: string;
  readonly input: unknown;
  current: Attempt | null = null;
  done = false;
  cancelRequested = false;
  readonly #host: ActivityHost;
  readonly #command: Schedule;
  readonly #scheduledAt: number;
  #number = 0;
  #executions = 0;
  #lastFailure: Failure | null = null;
  #details: unknown;
  #heardAt = 0;

  constructor(host: ActivityHost, command: Schedule) {
    this.#host = host;
    this.#command = command;
    this.seq = command.seq ?? 0;
    this.type = command.activityType ?? '';
    this.input = fromPayload(command.arguments?.[0]);
    this.#scheduledAt = host.clock.now;
    host.stored(`input of ${this.type}`, this.input);
    const longest = optionalTsToMs(command.scheduleToCloseTimeout);
    if (longest !== undefined) host.clock.after(longest, () => this.#timedOut('schedule-to-close'));
    this.#dispatch(host.random.between(1, 20));
  }

  /** The workflow wants it to stop, and does not wait: the attempt learns of it from its next heartbeat. */
  cancel(): void {
    this.cancelRequested = true;
    this.done = true;
  }

  #dispatch(ms: number): void {
    this.#host.clock.after(ms, () => {
      if (!this.done) this.#begin();
    });
  }

  #begin(): void {
    const { clock } = this.#host;
    this.#number += 1;
    const fault = this.#host.nextFault(this.type);
    if (fault?.kind === 'fails-before') {
      this.current = null;
      this.#lastFailure = passingFailure('the attempt was lost on its way to a worker');
      clock.after(5, () => this.#retry(this.#lastFailure as Failure));
      return;
    }
    const attempt = this.#execute(fault);
    this.current = attempt;
    this.#heardAt = clock.now;
    this.#watch(attempt);
    if (fault?.kind === 'twice') clock.after(fault.ms, () => void this.#execute(null));
  }

  /** Starts the function; what it ends with counts if it is the current attempt by then. */
  #execute(fault: AttemptFault | null): Attempt {
    const { clock } = this.#host;
    this.#executions += 1;
    const id = `${this.type}#${this.seq}.${this.#executions}`;
    let heard = 0;
    const attempt = new Attempt(clock, id, this.#info(), (from, details) => {
      const at = Math.max(clock.now, heard + heartbeatThrottleMs, from.unheardUntil);
      latest = details;
      if (waiting) return;
      waiting = true;
      clock.after(at - clock.now + 3, () => {
        waiting = false;
        heard = clock.now;
        if (!from.dead) this.#heard(from, latest);
      });
    });
    let latest: unknown;
    let waiting = false;
    const fn = this.#host.bind({ attempt, fault });
    this.#host.began(attempt);
    void attempt.run(fn, structuredClone(this.input)).then((end) => {
      if (attempt.dead) return;
      this.#host.finished(attempt, end);
      const told: AttemptEnd =
        fault?.kind === 'fails-after' && end.kind === 'completed'
          ? { kind: 'failed', failure: passingFailure('the worker could not tell that it was done') }
          : end;
      const wait = Math.max(2, attempt.unheardUntil - clock.now);
      clock.after(wait, () => this.#ended(attempt, told));
    });
    return attempt;
  }

  #info(): ActivityInfo {
    const { clock, workflowId, runId } = this.#host;
    const { startToCloseTimeout, scheduleToCloseTimeout } = this.#command;
    const silence = optionalTsToMs(this.#command.heartbeatTimeout);
    return {
      attempt: this.#number,
      activityId: String(this.seq),
      activityType: this.type,
      workflowExecution: { workflowId, runId },
      ...(silence === undefined ? {} : { heartbeatTimeoutMs: silence }),
      heartbeatDetails: structuredClone(this.#details),
      scheduledTimestampMs: this.#scheduledAt,
      currentAttemptScheduledTimestampMs: clock.now,
      startToCloseTimeoutMs: optionalTsToMs(startToCloseTimeout) ?? 0,
      scheduleToCloseTimeoutMs: optionalTsToMs(scheduleToCloseTimeout) ?? 0,
    };
  }

  #heard(attempt: Attempt, details: unknown): void {
    if (attempt !== this.current || this.done) {
      attempt.cancel(this.cancelRequested ? 'CANCELLED' : 'NOT_FOUND');
      return;
    }
    this.#heardAt = this.#host.clock.now;
    this.#details = structuredClone(details);
    this.#host.stored(`heartbeat of ${this.type}`, details);
  }

  /** The server's own timers for one attempt. */
  #watch(attempt: Attempt): void {
    const { clock } = this.#host;
    const silence = optionalTsToMs(this.#command.heartbeatTimeout);
    const longest = optionalTsToMs(this.#command.startToCloseTimeout);
    const isOver = (): boolean => this.done || this.current !== attempt;
    if (longest !== undefined) {
      clock.after(longest, () => {
        if (!isOver()) this.#timedOut('start-to-close');
      });
    }
    if (silence === undefined) return;
    const check = (): void => {
      if (isOver()) return;
      const left = this.#heardAt + silence - clock.now;
      if (left > 0) clock.after(left, check);
      else this.#timedOut('heartbeat');
    };
    clock.after(silence, check);
  }

  #ended(attempt: Attempt, end: AttemptEnd): void {
    if (this.done || this.current !== attempt) return;
    switch (end.kind) {
      case 'completed':
        this.done = true;
        this.#host.stored(`result of ${this.type}`, end.result);
        this.#host.resolve(this.seq, { completed: { result: toPayloads([end.result])[0] ?? null } });
        return;
      case 'failed':
        this.#host.stored(`failure of ${this.type}`, readFailure(end.failure));
        this.#retry(end.failure);
        return;
      case 'cancelled':
        this.#retry(passingFailure('the worker was shut down'));
    }
  }

  #timedOut(kind: TimeoutKind): void {
    if (this.done) return;
    const failure = timeoutFailure(kind, this.#lastFailure);
    if (kind === 'schedule-to-close') this.#fail(failure);
    else this.#retry(failure);
  }

  #retry(failure: Failure): void {
    if (this.done) return;
    this.current = null;
    this.#lastFailure = failure;
    const { retryPolicy, scheduleToCloseTimeout } = this.#command;
    const info = failure.applicationFailureInfo;
    const isPermanent =
      info?.nonRetryable === true || (retryPolicy?.nonRetryableErrorTypes ?? []).includes(info?.type ?? '');
    // None, or 0, is without an end.
    const isLast = this.#number === retryPolicy?.maximumAttempts;
    const initial = optionalTsToMs(retryPolicy?.initialInterval) ?? 1_000;
    const most = optionalTsToMs(retryPolicy?.maximumInterval) ?? 100_000;
    const pause = Math.min(initial * (retryPolicy?.backoffCoefficient ?? 2) ** (this.#number - 1), most);
    const end = this.#scheduledAt + (optionalTsToMs(scheduleToCloseTimeout) ?? Number.POSITIVE_INFINITY);
    if (isPermanent || isLast || this.#host.clock.now + pause >= end) this.#fail(failure);
    else this.#dispatch(pause);
  }

  #fail(failure: Failure): void {
    this.done = true;
    this.current = null;
    const names = { activityId: String(this.seq), activityType: this.type };
    this.#host.resolve(this.seq, { failed: { failure: activityFailure(names, failure) } });
  }
}

/** What an activity knows of its own attempt. Handed in, so that a test can give one without Temporal. */
import { Context } from '@temporalio/activity';
import type { HeartbeatDetails, Progress } from '../domain/progress.ts';
import type { StepName } from '../domain/state.ts';
import type { Activities } from './contract.ts';

export interface Attempt {
  /** Aborts when the activity is to stop: an interruption of the deployment, or the worker's shutdown. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly number: number;
  /** Reports progress; it stays the last word, and is repeated in the background, until the next call. */
  heartbeat(details: HeartbeatDetails): void;
  /** The resume part of the last heartbeat of an earlier attempt; undefined without one. Of unknown shape: check it. */
  resume(): unknown;
  /** Milliseconds left of `ms`, counted from when the first attempt was scheduled; 0 when it has passed. */
  remaining(ms: number): number;
  /** For the worker's log. */
  readonly log: (message: string, attributes?: Record<string, unknown>) => void;
}

/** An activity as it is written: the contract's, with its attempt handed in. */
export type Step<Name extends keyof Activities> = (
  input: Parameters<Activities[Name]>[0],
  attempt: Attempt,
) => Promise<Awaited<ReturnType<Activities[Name]>>>;

/** A report with the step's name and the time filled in. */
export function report(
  attempt: Attempt,
  step: StepName,
  progress: Omit<Progress, 'step' | 'at'>,
  resume: unknown = null,
): void {
  const summary = progress.summary.slice(0, 500);
  attempt.heartbeat({ progress: { ...progress, step, summary, at: new Date().toISOString() }, resume });
}

/** A promise of nothing that resolves after `ms`, or at once when the attempt is to stop. */
export function pause(attempt: Pick<Attempt, 'signal'>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (attempt.signal.aborted || ms <= 0) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      attempt.signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    attempt.signal.addEventListener('abort', done, { once: true });
  });
}

/** Runs with the attempt of the current activity, which keeps heartbeating, however long `run` awaits something. */
export async function withAttempt<T>(run: (attempt: Attempt) => Promise<T>): Promise<T> {
  const context = Context.current();
  const { info } = context;
  const started = Date.now();
  // The details of an earlier attempt stay on record until this one has something of its own to say.
  let last: unknown = info.heartbeatDetails;
  const beat = (): void => {
    if (info.heartbeatTimeoutMs !== undefined && info.heartbeatTimeoutMs > 0) context.heartbeat(last);
  };
  const attempt: Attempt = {
    signal: context.cancellationSignal,
    number: info.attempt,
    heartbeat: (details) => {
      last = details;
      beat();
    },
    resume: () => resumeOf(info.heartbeatDetails),
    // A server whose clock is ahead must not shorten the time.
    remaining: (ms) => Math.max(0, Math.min(info.scheduledTimestampMs, started) + ms - Date.now()),
    log: (message, attributes) => {
      context.log.info(message, attributes);
    },
  };
  const timer = setInterval(beat, Math.max(250, (info.heartbeatTimeoutMs ?? 10_000) / 4));
  beat();
  try {
    return await run(attempt);
  } finally {
    clearInterval(timer);
  }
}

function resumeOf(details: unknown): unknown {
  if (typeof details !== 'object' || details === null || !('resume' in details)) return undefined;
  return details.resume;
}

/**
 * Waits for a deployment to come to a point. A worker or a server that is away for a while does not end the wait.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isPromoted } from '../domain/decision-rules.ts';
import type { DeploymentState } from '../domain/state.ts';
import { DeploymentWithoutRecord, NoWorker, TemporalCallFailed } from './errors.ts';
import { finalState, readStatus, type DeploymentStatus } from './status.ts';
import type { Temporal } from './temporal.ts';

/** `promoted`: the candidate has traffic and the monitor has passed; `finished`: all is over. Each ends also with any final outcome. */
export type Milestone = 'promoted' | 'finished';

export interface WaitOptions {
  /** By default as long as it takes. */
  readonly timeoutMs?: number;
  /** Time between two looks; by default a second. */
  readonly pollEveryMs?: number;
  /** Ends the wait; the deployment goes on. */
  readonly signal?: AbortSignal;
  /** Told each status that was read, the last one too. */
  readonly onStatus?: (status: DeploymentStatus) => void;
  /** Told why nothing could be read for now; the wait goes on. */
  readonly onTrouble?: (message: string) => void;
}

/** `status` is the last one that was read. */
export type WaitEnd =
  | { readonly kind: 'reached'; readonly status: DeploymentStatus }
  | { readonly kind: 'timedOut' | 'aborted'; readonly status: DeploymentStatus | null };

interface Watched {
  readonly id: string;
  readonly runId: string;
}

const usualPollMs = 1_000;
/** Timers of this platform go no further: about 24 days. */
const longestTimerMs = 2 ** 31 - 1;

export function isFinal({ outcome }: DeploymentState): boolean {
  return outcome !== 'running';
}

/** Waits for a milestone; once the candidate is promoted the end is awaited at the server, not polled for. */
export async function waitForMilestone(
  temporal: Temporal,
  watched: Watched,
  milestone: Milestone,
  options: WaitOptions = {},
): Promise<WaitEnd> {
  const startedAt = Date.now();
  const promoted = await waitUntil(temporal, watched, (state) => isFinal(state) || isPromoted(state.phase), options);
  if (promoted.kind !== 'reached' || milestone === 'promoted' || isFinal(promoted.status.state)) return promoted;
  const rest = options.timeoutMs === undefined ? undefined : Math.max(0, options.timeoutMs - (Date.now() - startedAt));
  const limits = limitsOf({ ...options, ...(rest === undefined ? {} : { timeoutMs: rest }) });
  try {
    return await awaitEnd(temporal, watched, promoted.status, limits, options);
  } finally {
    limits.release();
  }
}

/** Polls until the state is as it should be, or over. */
export async function waitUntil(
  temporal: Temporal,
  { id, runId }: Watched,
  reached: (state: DeploymentState) => boolean,
  options: WaitOptions = {},
): Promise<WaitEnd> {
  const limits = limitsOf(options);
  try {
    return await poll(temporal, { id, runId }, reached, limits, options);
  } finally {
    limits.release();
  }
}

async function poll(
  temporal: Temporal,
  { id, runId }: Watched,
  reached: (state: DeploymentState) => boolean,
  limits: Limits,
  options: WaitOptions,
): Promise<WaitEnd> {
  let status: DeploymentStatus | null = null;
  while (!limits.all.aborted) {
    const read = await tolerant(() => readStatus(temporal, id, runId), options);
    if (read !== null) {
      status = read;
      options.onStatus?.(read);
      if (reached(read.state) || isFinal(read.state)) return { kind: 'reached', status: read };
    }
    await pause(limits.all, options.pollEveryMs);
  }
  return { kind: limits.caller.aborted ? 'aborted' : 'timedOut', status };
}

async function awaitEnd(
  temporal: Temporal,
  { id, runId }: Watched,
  before: DeploymentStatus,
  limits: Limits,
  options: WaitOptions,
): Promise<WaitEnd> {
  while (!limits.all.aborted) {
    const status = await tolerant(() => endOf(temporal, { id, runId }, limits.all), options, limits.all);
    if (status !== null) {
      options.onStatus?.(status);
      return { kind: 'reached', status };
    }
    await pause(limits.all);
  }
  return { kind: limits.caller.aborted ? 'aborted' : 'timedOut', status: before };
}

/** Waits at the server. One that was ended from outside leaves no document: it is asked for it as if it ran. */
async function endOf(temporal: Temporal, { id, runId }: Watched, signal: AbortSignal): Promise<DeploymentStatus> {
  try {
    const handle = temporal.client.workflow.getHandle(id, runId);
    const state = await temporal.longCall(signal, () => finalState(handle));
    return { state, progress: null, retrying: null };
  } catch (error) {
    if (!(error instanceof DeploymentWithoutRecord)) throw error;
    return readStatus(temporal, id, runId);
  }
}

/** null when the read failed for a reason that may pass, or because the wait is over. */
async function tolerant<T>(read: () => Promise<T>, { onTrouble }: WaitOptions, over?: AbortSignal): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (over?.aborted === true) return null;
    const passing = error instanceof NoWorker || (error instanceof TemporalCallFailed && error.passing);
    if (!passing) throw error;
    onTrouble?.(error.message);
    return null;
  }
}

interface Limits {
  readonly caller: AbortSignal;
  readonly all: AbortSignal;
  release(): void;
}

/** A timer of our own: one of AbortSignal.timeout in an AbortSignal.any may be collected before it fires. */
function limitsOf({ timeoutMs, signal }: WaitOptions): Limits {
  const caller = signal ?? new AbortController().signal;
  const all = new AbortController();
  const end = (): void => all.abort();
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, Math.min(timeoutMs, longestTimerMs));
  caller.addEventListener('abort', end, { once: true });
  if (caller.aborted) end();
  const release = (): void => {
    clearTimeout(timer);
    caller.removeEventListener('abort', end);
  };
  return { caller, all: all.signal, release };
}

async function pause(signal: AbortSignal, milliseconds = usualPollMs): Promise<void> {
  // An aborted pause is how a wait ends, not an error.
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Straight to pods and Services, as `access: direct` goes, without sockets. */
import {
  AccessError,
  describeRequest,
  describeTarget,
  type AccessErrorKind,
  type AccessTarget,
  type HttpAnswer,
  type Transport,
} from '../../../../src/kubernetes/access/index.ts';
import { bounded, failureOf } from '../../../../src/kubernetes/access/exchange.ts';
import type { After } from '../time.ts';
import type { Network, Reached } from './network.ts';
import { refused } from './network.ts';
import type { ModelNode, Process } from './node.ts';

/** A request to a pod or a Service, as hooks see it. */
export interface AccessRequest {
  readonly caller: string;
  readonly target: AccessTarget;
  /** null for a mere connection. */
  readonly path: string | null;
  readonly at: number;
}

/** What may go wrong with one. */
export interface AccessFault {
  readonly delayMs?: number;
  readonly error?: AccessErrorKind;
}

export type InterceptAccess = (request: AccessRequest) => AccessFault | null;

interface Parts {
  readonly network: Network;
  readonly node: ModelNode;
  readonly after: After;
  readonly caller: string;
  readonly intercept: InterceptAccess;
}

export function createModelTransport(parts: Parts): Transport {
  return {
    request: async (target, request, options) => {
      options.signal?.throwIfAborted();
      const what = describeRequest(target, request);
      const fault = parts.intercept({ caller: parts.caller, target, path: request.path, at: Date.now() }) ?? {};
      const started = performance.now();
      const reached = reach(parts, target, request.path, fault);
      const waitMs = (fault.delayMs ?? 0) + (reached.kind === 'answer' ? reached.answer.latencyMs : 0);
      if (waitMs > 0) await bounded(what, options, (signal) => pause(parts.after, waitMs, signal));
      if (reached.kind === 'none') throw failureOf(reached.error, what, reached.reason);
      return answered(reached.answer, options.maxBodyBytes ?? 65_536, performance.now() - started);
    },
    connect: async (target, options) => {
      options.signal?.throwIfAborted();
      const what = `TCP to ${describeTarget(target)}`;
      const fault = parts.intercept({ caller: parts.caller, target, path: null, at: Date.now() }) ?? {};
      const { delayMs = 0 } = fault;
      const process = fault.error === undefined ? processOf(parts, target) : null;
      if (delayMs > 0) await bounded(what, options, (signal) => pause(parts.after, delayMs, signal));
      if (fault.error !== undefined) throw failureOf(fault.error, what, 'so it was told');
      if (process === null) throw new AccessError('unreachable', what, 'no route to host');
      if ('error' in process) throw failureOf(process.error, what, process.reason);
      if (process.phase.kind !== 'running') throw failureOf('refused', what, refused.reason);
      return { durationMs: delayMs };
    },
  };
}

function reach(parts: Parts, target: AccessTarget, path: string, { error }: AccessFault): Reached {
  if (error !== undefined) return { kind: 'none', error, reason: 'so it was told' };
  const process = processOf(parts, target);
  if (process === null) return { kind: 'none', error: 'unreachable', reason: 'no route to host' };
  return 'error' in process ? process : parts.network.ask(process, path);
}

/** By the address of a pod; a Service without endpoints refuses, as kube-proxy does. */
function processOf(
  { network, node }: Parts,
  target: AccessTarget,
): Process | Exclude<Reached, { kind: 'answer' }> | null {
  if (target.kind === 'pod') return node.processAt(target.ip);
  const found = network.service(target.namespace, target.name);
  return 'error' in found && found.error === 'no-endpoints' ? refused : found;
}

function answered(
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: string },
  limit: number,
  durationMs: number,
): HttpAnswer {
  const truncated = body.length > limit;
  return { status, headers, body: truncated ? body.slice(0, limit) : body, truncated, durationMs };
}

function pause(after: After, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = after(ms, resolve);
    signal.addEventListener('abort', () => timer.cancel(), { once: true });
  });
}

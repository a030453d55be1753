/** The model's way to pods and Services, for every request that the product sends to an application. */
import {
  AccessError,
  describeTarget,
  type AccessTarget,
  type HttpAnswer,
  type ProbeRequest,
  type RequestOptions,
  type Transport,
} from '../../../src/kubernetes/access/index.ts';
import type { Owner } from '../clock.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { Kinds } from './api/kinds.ts';
import { imageOf } from './workload.ts';

export function wayOf(model: ClusterModel, caller: Owner & { readonly activity: string }): Transport {
  return {
    request: (target, request, options) =>
      within(model, caller, target, options, (pod) => answerOf(model, caller.activity, pod, request)),
    connect: (target, options) => within(model, caller, target, options, () => ({ ms: 2, value: { durationMs: 2 } })),
  };
}

/** Finds the pod when the request arrives; never settles once the caller is dead. */
function within<T>(
  { clock, random, traffic }: ClusterModel,
  caller: Owner,
  target: AccessTarget,
  { timeoutMs, signal }: Pick<RequestOptions, 'timeoutMs' | 'signal'>,
  arrive: (pod: Kinds['pods']) => { ms: number; value: T },
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (caller.dead) return;
    let open = true;
    const close = (then: () => void): void => {
      if (!open) return;
      open = false;
      signal?.removeEventListener('abort', abort);
      late.cancel();
      if (!caller.dead) then();
    };
    const fail = (kind: 'timeout' | 'refused' | 'no-endpoints' | 'unreachable', reason: string): void =>
      close(() => reject(new AccessError(kind, describeTarget(target), reason)));
    const abort = (): void => close(() => reject(signal?.reason as Error));
    const late = clock.after(timeoutMs, () => fail('timeout', 'no answer in time'));
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    clock.after(random.between(1, 4), () => {
      const found = traffic.find(target);
      if (typeof found === 'string') {
        fail(found, found);
        return;
      }
      const { ms, value } = arrive(found);
      clock.after(ms, () => close(() => resolve(value)));
    });
  });
}

function answerOf(
  model: ClusterModel,
  activity: string,
  pod: Kinds['pods'],
  { path, headers }: ProbeRequest,
): { ms: number; value: HttpAnswer } {
  const { workload, traffic } = model;
  const answer = (status: number, body: string, ms: number): { ms: number; value: HttpAnswer } => ({
    ms,
    value: { status, headers: { 'x-version': imageOf(pod) }, body, truncated: false, durationMs: ms },
  });
  if (path === '/metrics') {
    traffic.countUsers();
    const page = workload.page(pod);
    if (page !== null) traffic.pageRead(activity, pod);
    return page === null ? answer(404, 'no such page', 2) : answer(200, page, 2);
  }
  const status = workload.probe(pod, path);
  // An application that sends back what it was sent: nothing of it may end up in a history.
  const echo = JSON.stringify({ status, you: headers?.['x-api-key'] ?? null });
  return answer(status, echo, workload.latencyMs(pod));
}

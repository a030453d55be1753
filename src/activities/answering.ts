/**
 * Whether pods without a readiness probe answer. Kubernetes counts such a pod as ready as soon as its containers run,
 * which is before it listens: traffic that comes then would be refused.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import type { Spec } from '../domain/spec.ts';
import { AccessError, type Access } from '../kubernetes/access/index.ts';
import type { Json } from '../kubernetes/api-server.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { readSlot, type SlotReference } from '../kubernetes/slot.ts';

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

const patienceMs = 2_000;

/**
 * null when as many pods of the slot as it should have answer, or have a probe that says so; else who does not, and why.
 * A pod that has crashed since it was counted as ready does not answer.
 */
export async function whoIsSilent(
  { cluster, access }: Dependencies,
  spec: Spec,
  slot: SlotReference,
  signal: AbortSignal,
): Promise<string | null> {
  const view = await readSlot(cluster, slot);
  if (view === null || hasReadinessProbe(view.deployment)) return null;
  const port = await podPort(cluster, spec, view);
  const ready = view.pods.filter((pod) => pod.ready);
  const reasons = await Promise.all(ready.map((pod) => silenceOf(pod, { access, spec, port, signal })));
  const silent = reasons.filter((reason) => reason !== null);
  const answering = ready.length - silent.length;
  if (answering >= view.state.desiredPods) return null;
  return [`${answering} of ${view.state.desiredPods} pods answer on port ${port}`, ...silent.slice(0, 1)].join('; ');
}

/** For how long a pod that counts as ready may not listen yet. */
const youngMs = 60_000;
/** A refusal comes at once; whoever waits for longer acts on what it knew before. */
const deafTimeoutMs = 500;

/**
 * Those of a slot's ready pods that refuse connections: pods without a readiness probe that have only just begun. One that
 * cannot be asked counts as one that answers, so that nothing between the worker and the pods holds up a rollback.
 */
export async function deafPods(
  { cluster, access }: Dependencies,
  spec: Spec,
  slot: SlotReference,
  { pods, signal }: { readonly pods: readonly PodView[]; readonly signal: AbortSignal },
): Promise<readonly PodView[]> {
  const young = pods.filter((pod) => becameReadyWithin(pod, youngMs));
  const view = young.length === 0 ? null : await readSlot(cluster, slot);
  if (view === null || hasReadinessProbe(view.deployment)) return [];
  const port = await podPort(cluster, spec, view);
  const answers = await Promise.all(
    young.map((pod) => ask(pod, { access, spec, port, signal }, deafTimeoutMs).catch(refusal)),
  );
  signal.throwIfAborted();
  return young.filter((_, index) => answers[index] === 'refused');
}

/** Whether it counts as ready, and does so for less than that. */
export function becameReadyWithin({ readySince }: PodView, ms: number): boolean {
  return readySince !== null && Date.now() - Date.parse(readySince) < ms;
}

function refusal(error: unknown): 'refused' | 'unknown' {
  return error instanceof AccessError && error.kind === 'refused' ? 'refused' : 'unknown';
}

interface Asking {
  readonly access: Access;
  readonly spec: Spec;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Any answer will do, whatever its status; even one that is not HTTP shows that somebody listens. */
async function silenceOf(pod: PodView, asking: Asking): Promise<string | null> {
  try {
    await ask(pod, asking, patienceMs);
    return null;
  } catch (error) {
    asking.signal.throwIfAborted();
    if (!(error instanceof AccessError)) throw error;
    return error.kind === 'protocol' ? null : error.message;
  }
}

async function ask(pod: PodView, { access, spec, port, signal }: Asking, timeoutMs: number): Promise<void> {
  const target = { kind: 'pod', namespace: spec.namespace, name: pod.name, ip: pod.ip ?? '', port } as const;
  await access[spec.access].request(target, { path: spec.cutover.verify.path }, { timeoutMs, signal });
}

function hasReadinessProbe(deployment: Json<V1Deployment>): boolean {
  const containers = deployment.spec?.template.spec?.containers ?? [];
  return containers.some(({ readinessProbe }) => readinessProbe !== undefined);
}

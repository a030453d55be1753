/**
 * Until stable can take the traffic back: with as many ready pods as `rollback.minimumReady` says.
 *
 * 1. Whether the candidate serves decides nothing: who asked for a rollback wants stable, and gets it at the first moment
 *    that it has the minimum.
 * 2. While stable lacks it, production stays where it is, on the candidate. Where that has no ready pod either, the wait is
 *    for the fastest of the two: pods of the candidate that come back are selected still, so that users are served again
 *    without any switch, which the progress says; and the wait for stable goes on until `timeouts.rollback` is over. Fewer
 *    pods of stable than the minimum never get the traffic: it is what the spec says that they cannot bear.
 * 3. A pod without a readiness probe counts as ready before it listens: while the candidate serves, such pods that have
 *    only just begun get the traffic when they take connections. Beyond the minimum they are waited for as long as most
 *    processes need to start: one that never listens is no reason to stay with the candidate.
 * 4. What somebody has done to stable is undone: where it was scaled down it is scaled up, again if need be.
 */
import { deadlines, isOver } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { slotName, type Slot } from '../domain/slot.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { productionSource, type ProductionService } from '../kubernetes/production.ts';
import { podSource } from '../kubernetes/ready-pods.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { scaleDeployment } from '../kubernetes/scale.ts';
import { readDeployment, readPods, type SlotReference } from '../kubernetes/slot.ts';
import {
  describeStandoff,
  describeWait,
  readyPods,
  slotStateOf,
  type SeenSlot,
  type Standoff,
} from '../kubernetes/standoff.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import { deafPods, becameReadyWithin } from './answering.ts';
import { pause, report, type Attempt } from './attempt.ts';
import type { RollbackInput } from './contract.ts';

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

const betweenQuestionsMs = 200;
const betweenRefusalsMs = 20;
const startsWithinMs = 10_000;

export interface Waiting {
  readonly input: RollbackInput;
  readonly attempt: Attempt;
  /** What was done to stable, for the record; added to. */
  readonly restored: string[];
}

/**
 * Whether stable can take the traffic at this moment. False, after a wait, where the Service and the slots have to be
 * looked at again. Throws DeploymentError('SlotNotReady') when the time of the rollback is over.
 */
export async function stableReady(
  dependencies: Dependencies,
  live: ProductionService,
  slot: Slot,
  waiting: Waiting,
): Promise<boolean> {
  const { input, attempt } = waiting;
  const { namespace, app, rollback } = input.spec;
  const stable = { namespace, app, slot };
  const candidate = { ...stable, slot: input.candidateSlot };
  const pods = await readPods(dependencies.cluster, stable);
  if (readyPods({ pods }) < rollback.minimumReady) {
    await restoreReplicas(dependencies.cluster, stable, waiting);
    await waitForStable(dependencies.cluster, live, stable, waiting);
    return false;
  }
  const deaf = await deafPods(dependencies, input.spec, stable, { pods, signal: attempt.signal });
  const isAboutToListen = deaf.some((pod) => becameReadyWithin(pod, startsWithinMs));
  if (readyPods({ pods }) - deaf.length >= rollback.minimumReady && !isAboutToListen) return true;
  // Who is not served anyway loses nothing by pods that are about to listen.
  if (readyPods({ pods: await readPods(dependencies.cluster, candidate) }) === 0) return true;
  const summary = `production stays on ${slotName(app, input.candidateSlot)} (candidate), which serves, until ${slotName(app, slot)} (stable) listens: ${deaf.length} of its ${readyPods({ pods })} ready pods do not yet`;
  if (timeLeft(waiting) === 0)
    throw overdue(summary, await readStandoff(dependencies.cluster, stable, candidate), input);
  report(attempt, 'rollback', { summary });
  await pause(attempt, betweenQuestionsMs);
  return false;
}

/** Resolves as soon as stable has the pods, or is not any more as it was, or the Service is not. */
async function waitForStable(
  cluster: Cluster,
  live: ProductionService,
  stable: SlotReference,
  waiting: Waiting,
): Promise<void> {
  const { input, attempt } = waiting;
  const { spec, candidateSlot } = input;
  const candidate = { ...stable, slot: candidateSlot };
  let seen: Standoff | null = null;
  const waited = await waitUntil(cluster, {
    sources: {
      services: productionSource(spec),
      deployments: deploymentSource(stable),
      pods: podSource(stable),
      candidateDeployments: deploymentSource(candidate),
      candidatePods: podSource(candidate),
    },
    look: ({ services: [service], deployments: [deployment], pods, candidateDeployments, candidatePods }) => {
      if (service?.resourceVersion !== live.resourceVersion || deployment === undefined) return true;
      if (readyPods({ pods }) >= spec.rollback.minimumReady || isScaledDown(deployment, input)) return true;
      seen = standoffOf(
        { slot: stable.slot, deployment, pods },
        { slot: candidateSlot, deployment: candidateDeployments[0] ?? null, pods: candidatePods },
        seen,
      );
      reportWait(attempt, seen, input);
      return null;
    },
    timeoutMs: timeLeft(waiting),
    signal: attempt.signal,
  });
  if (waited.reached) return;
  throw overdue(waited.trouble, seen ?? (await readStandoff(cluster, stable, candidate)), input);
}

function overdue(trouble: string | null, standoff: Standoff, { spec }: RollbackInput): DeploymentError {
  const words = trouble === null ? '' : ` (${trouble})`;
  return new DeploymentError(
    'SlotNotReady',
    `${isOver(deadlines.rollback(spec))} and production was not switched back${words}: ${describeStandoff(standoff, spec)}`,
  );
}

function timeLeft({ input, attempt }: Waiting): number {
  return attempt.remaining(deadlines.rollback(input.spec).ms);
}

function standoffOf(stable: SeenSlot, candidate: SeenSlot, before: Standoff | null): Standoff {
  const candidateWasDown = readyPods(candidate) === 0 || (before?.candidateWasDown ?? false);
  return { stable, candidate, candidateWasDown };
}

function reportWait(attempt: Attempt, standoff: Standoff, { spec }: RollbackInput): void {
  const stable = slotStateOf(standoff.stable, spec);
  const candidate = slotStateOf(standoff.candidate, spec);
  report(attempt, 'rollback', {
    summary: describeWait(standoff, spec),
    ...(stable === null ? {} : { stable }),
    ...(candidate === null ? {} : { candidate }),
  });
}

async function readStandoff(cluster: Cluster, stable: SlotReference, candidate: SlotReference): Promise<Standoff> {
  const read = async (reference: SlotReference): Promise<SeenSlot> => {
    const [deployment, pods] = await Promise.all([readDeployment(cluster, reference), readPods(cluster, reference)]);
    return { slot: reference.slot, deployment, pods };
  };
  return standoffOf(await read(stable), await read(candidate), null);
}

function isScaledDown(
  { spec }: { readonly spec?: { readonly replicas?: number } },
  { spec: own }: RollbackInput,
): boolean {
  return (spec?.replicas ?? 1) < own.rollback.minimumReady;
}

/** Undoes what somebody did to stable while it was the fallback: scaled it down. */
export async function restoreReplicas(
  cluster: Cluster,
  reference: SlotReference,
  { input, attempt, restored }: Waiting,
): Promise<void> {
  const { replicas = 1, rollback } = input.spec;
  const name = slotName(reference.app, reference.slot);
  for (;;) {
    attempt.signal.throwIfAborted();
    const deployment = await readDeployment(cluster, reference);
    if (deployment === null) throw await goneError(cluster, reference, input);
    if (!isScaledDown(deployment, input)) return;
    const needed = Math.max(replicas, rollback.minimumReady);
    if (await scaleDeployment(cluster, reference, deployment, needed)) {
      const note = `${name} had been scaled down to ${deployment.spec?.replicas ?? 1} and was scaled to ${needed} again`;
      if (!restored.includes(note)) restored.push(note);
      return;
    }
    // It has changed since it was read: while somebody still scales it, say. Or the server refuses it for good.
    await pause(attempt, betweenRefusalsMs);
  }
}

/** Without its Deployment stable gets no pods by itself, however long it is waited for. */
async function goneError(cluster: Cluster, reference: SlotReference, input: RollbackInput): Promise<DeploymentError> {
  const { spec, candidateSlot } = input;
  const standoff = await readStandoff(cluster, reference, { ...reference, slot: candidateSlot });
  const name = slotName(reference.app, reference.slot);
  return new DeploymentError(
    'SlotNotReady',
    `production could not be switched back, because the Deployment ${name} was deleted: apply it again, or deploy the previous version as a new deployment. ${describeStandoff(standoff, spec)}`,
  );
}

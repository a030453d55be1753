/**
 * How both slots stand while a rollback waits for stable and production still selects the candidate: what is seen, and
 * how it is said. Pure.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { deploymentId, slotName, type Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { SlotState } from '../domain/state.ts';
import type { Json } from './api-server.ts';
import type { PodView } from './pod.ts';
import { describePods, describeSlotPods } from './ready-pods.ts';
import { viewSlot } from './slot.ts';

/** A slot as a rollback sees it. */
export interface SeenSlot {
  readonly slot: Slot;
  /** null where somebody has deleted it. */
  readonly deployment: Json<V1Deployment> | null;
  readonly pods: readonly PodView[];
}

export interface Standoff {
  readonly stable: SeenSlot;
  readonly candidate: SeenSlot;
  /** Whether the candidate has been seen without any ready pod since the wait began. */
  readonly candidateWasDown: boolean;
}

export function readyPods({ pods }: Pick<SeenSlot, 'pods'>): number {
  return pods.filter(({ ready }) => ready).length;
}

/** For `cutover status`, which has room for 500 characters: the candidate in a few words, then all that stable lacks. */
export function describeWait({ stable, candidate, candidateWasDown }: Standoff, spec: Spec): string {
  const ready = readyPods(candidate);
  const name = slotName(spec.app, candidate.slot);
  const serving = `${candidateWasDown ? 'serves again' : 'serves'} with ${count(ready, 'ready pod')}`;
  const now =
    ready > 0
      ? `production stays on ${name} (candidate), which ${serving},`
      : `nobody is served: ${name} (candidate), which production selects, has no ready pod; production stays there`;
  return `${now} until ${lack(stable, spec)}: ${why(stable, spec)}`;
}

/** What an operator has to know when the time is over: how both slots stand, where the traffic is, and what to do. */
export function describeStandoff({ stable, candidate }: Standoff, spec: Spec): string {
  const { namespace, app, service } = spec;
  const [stableName, candidateName] = [slotName(app, stable.slot), slotName(app, candidate.slot)];
  const ready = readyPods(candidate);
  const served =
    ready > 0 ? `which serves with ${count(ready, 'ready pod')}` : 'which has no ready pod, so nobody is served';
  return [
    `${stableName} (stable) has ${count(readyPods(stable), 'ready pod')} of the ${spec.rollback.minimumReady} that rollback.minimumReady asks for: ${why(stable, spec)}.`,
    `The Service "${service}" still selects ${candidateName} (candidate), ${served}: ${why(candidate, spec)}.`,
    `Both slots stay as they are. See what keeps the pods of ${stableName}: kubectl -n ${namespace} describe deployment ${stableName}; kubectl -n ${namespace} describe pods -l app=${app},version=${stable.slot}.`,
    `Once they can come, go on with: cutover rollback ${deploymentId(namespace, app)}`,
  ].join(' ');
}

/** For the state document; null where there is no Deployment. */
export function slotStateOf({ slot, deployment, pods }: SeenSlot, { namespace, app }: Spec): SlotState | null {
  return deployment === null ? null : viewSlot({ namespace, app, slot }, deployment, pods).state;
}

function lack(stable: SeenSlot, spec: Spec): string {
  return `${slotName(spec.app, stable.slot)} (stable) has the ${count(spec.rollback.minimumReady, 'ready pod')} of rollback.minimumReady`;
}

function why({ deployment, pods, slot }: SeenSlot, { app }: Spec): string {
  if (deployment !== null) return describeSlotPods(deployment, pods);
  return `the Deployment ${slotName(app, slot)} is gone; ${describePods(pods, 0)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

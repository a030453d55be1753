/**
 * Switches production back to stable at once, asking nothing of the candidate, and fences late attempts off.
 *
 * 1. Every patch holds only on the Service as it was read; when it changed in between, it is read and patched again.
 * 2. Where stable has too few ready pods, the switch comes at the first moment that it has them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlines, describeOverdue } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { deploymentId, slotName, type Slot } from '../domain/slot.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError, isTransient } from '../kubernetes/errors.ts';
import {
  cutoverOf,
  nextGiveBack,
  releasePatch,
  rescuedSelector,
  rescuePatch,
  switchBackPatch,
  type GiveBack,
} from '../kubernetes/give-back.ts';
import {
  describeSelector,
  readProduction,
  type ProductionService,
  type UndoneCutover,
} from '../kubernetes/production.ts';
import { waitForReadyPods } from '../kubernetes/ready-pods.ts';
import { scaleDeployment } from '../kubernetes/scale.ts';
import { countReadySelected } from '../kubernetes/selection.ts';
import { patchService } from '../kubernetes/service-patch.ts';
import { readDeployment, readPods, type SlotReference } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { RollbackInput } from './contract.ts';
import { switchResult } from './switch-result.ts';

type Outcome =
  /** `from` is null where production selected no slot; without it the candidate. */
  | {
      readonly switched: true;
      readonly fence: number;
      readonly patchedAt: string;
      readonly adopted: boolean;
      readonly undoes: UndoneCutover | null;
      readonly from?: null;
    }
  | { readonly switched: false; readonly fence: number };

const patienceMs = 250;

export function createRollback(dependencies: { readonly cluster: Cluster; readonly access: Access }): Step<'rollback'> {
  return async (input, attempt) => {
    const restored: string[] = [];
    const outcome = await takeBack(dependencies.cluster, input, attempt, restored);
    if (!outcome.switched) return { switched: null, fence: outcome.fence };
    const { stableSlot: to, candidateSlot: from } = input;
    const made = { kind: 'rollback', input, from, to, notes: restored, ...outcome } as const;
    return { switched: await switchResult(dependencies, made, attempt), fence: outcome.fence, undoes: outcome.undoes };
  };
}

async function takeBack(
  cluster: Cluster,
  input: RollbackInput,
  attempt: Attempt,
  restored: string[],
): Promise<Outcome> {
  const { spec, runId, inPlaceOf = null, stableSlot: stable, candidateSlot: candidate, fence } = input;
  const wanted: GiveBack = { namespace: spec.namespace, app: spec.app, runId, inPlaceOf, stable, candidate, fence };
  for (;;) {
    attempt.signal.throwIfAborted();
    try {
      const live = await readProduction(cluster, spec);
      const outcome = await stepBack(cluster, live, wanted, { input, attempt, restored });
      if (outcome !== null) return outcome;
    } catch (error) {
      if (!isTransient(error) || timeLeft(input, attempt) === 0) throw error;
      report(attempt, 'rollback', { summary: `trying again: ${describeApiError(error)}` });
      await sleep(patienceMs);
    }
  }
}

interface StepContext {
  readonly input: RollbackInput;
  readonly attempt: Attempt;
  readonly restored: string[];
}

/** One look and at most one patch; null when the Service changed in between and has to be looked at again. */
async function stepBack(
  cluster: Cluster,
  live: ProductionService,
  wanted: GiveBack,
  { input, attempt, restored }: StepContext,
): Promise<Outcome | null> {
  const { spec } = input;
  const step = nextGiveBack(live, wanted);
  switch (step.kind) {
    case 'done':
      return step.switchedAt === null
        ? { switched: false, fence: step.fence }
        : {
            switched: true,
            fence: step.fence,
            patchedAt: step.switchedAt,
            adopted: true,
            undoes: step.undoes,
            ...(step.rescued ? { from: null } : {}),
          };
    case 'taken':
      throw new DeploymentError(
        'FenceLost',
        `the Service "${spec.service}" is held by ${live.owner ?? 'another deployment'} now and selects ${describeSelector(live.selector)}: it was left as it is`,
      );
    case 'release': {
      const released = await patchService(cluster, spec, releasePatch(live, wanted, step.fence));
      return released.applied ? { switched: false, fence: step.fence } : null;
    }
    case 'changed': {
      const rescued = await rescue(cluster, live, { ...wanted, fence: step.fence }, restored, input);
      if (rescued !== 'left') return rescued;
      const released = await patchService(cluster, spec, releasePatch(live, wanted, step.fence));
      if (!released.applied) return null;
      throw new DeploymentError(
        'SelectorChanged',
        `somebody has changed the selector of the Service "${spec.service}" to ${describeSelector(live.selector)}, so it was left as it is. To put it on stable: kubectl -n ${spec.namespace} patch service ${spec.service} -p '{"spec":{"selector":{"version":"${wanted.stable ?? 'none'}"}}}'`,
      );
    }
    case 'switch': {
      if (wanted.stable !== null) await stableReady(cluster, wanted.stable, { input, attempt, restored });
      const patched = await patchService(cluster, spec, switchBackPatch(live, wanted, step, new Date()));
      const patchedAt = new Date().toISOString();
      const { fence, undoes } = step;
      return patched.applied ? { switched: true, fence, patchedAt, adopted: false, undoes } : null;
    }
  }
}

/**
 * Gives production to stable where somebody has made it select no ready pod and stable has the pods for it. `left`
 * where it was not touched; null where the Service changed in between.
 */
async function rescue(
  cluster: Cluster,
  live: ProductionService,
  wanted: GiveBack & { readonly fence: number },
  restored: string[],
  { spec }: RollbackInput,
): Promise<Outcome | null | 'left'> {
  const { stable, namespace, app, fence } = wanted;
  if (stable === null || (await countReadySelected(cluster, namespace, live.selector)) > 0) return 'left';
  const ready = await countReadySelected(cluster, namespace, rescuedSelector(live, app, stable));
  if (ready < spec.rollback.minimumReady) return 'left';
  const patched = await patchService(cluster, spec, rescuePatch(live, { ...wanted, stable }, fence, new Date()));
  if (!patched.applied) return null;
  restored.push(
    `somebody had changed the selector to ${describeSelector(live.selector)}, which no ready pod had: production was given to stable`,
  );
  const undoes = cutoverOf(live, wanted);
  return { switched: true, fence, patchedAt: new Date().toISOString(), adopted: false, undoes, from: null };
}

/** Sees to it that stable can take the traffic: at once where it has the pods, else as soon as it has them. */
async function stableReady(cluster: Cluster, slot: Slot, { input, attempt, restored }: StepContext): Promise<void> {
  const { namespace, app, rollback } = input.spec;
  const reference = { namespace, app, slot };
  const pods = await readPods(cluster, reference);
  if (pods.filter(({ ready }) => ready).length >= rollback.minimumReady) return;
  await restoreReplicas(cluster, reference, { input, attempt, restored });
  await waitForReadyPods(cluster, reference, {
    minimum: rollback.minimumReady,
    timeoutMs: timeLeft(input, attempt),
    signal: attempt.signal,
    onProgress: (summary) => {
      report(attempt, 'rollback', { summary: `waiting for stable to take the traffic back: ${summary}` });
    },
    overdue: (why) => notTakenBack(input, why),
  });
}

/** Undoes what somebody did to stable while it was the fallback: scaled it down. */
async function restoreReplicas(
  cluster: Cluster,
  reference: SlotReference,
  { input, attempt, restored }: StepContext,
): Promise<void> {
  const { replicas = 1, rollback } = input.spec;
  const name = slotName(reference.app, reference.slot);
  for (;;) {
    attempt.signal.throwIfAborted();
    const deployment = await readDeployment(cluster, reference);
    if (deployment === null) {
      throw new DeploymentError(
        'SlotNotReady',
        `production could not be switched back: the Deployment "${name}" is gone and its pods are not ready. Production stays on the candidate: deploy the previous version as a new deployment`,
      );
    }
    const now = deployment.spec?.replicas ?? 1;
    const needed = Math.max(replicas, rollback.minimumReady);
    if (now >= rollback.minimumReady) return;
    if (await scaleDeployment(cluster, reference, deployment, needed)) {
      restored.push(`${name} had been scaled down to ${now} and was scaled to ${needed} again`);
      return;
    }
    // It has changed since it was read: while somebody still scales it, say.
  }
}

function timeLeft({ spec }: RollbackInput, attempt: Attempt): number {
  return attempt.remaining(deadlines.rollback(spec).ms);
}

function notTakenBack({ spec, candidateSlot }: RollbackInput, why: string): string {
  const undone = `the Service "${spec.service}" was not switched back and stays on ${slotName(spec.app, candidateSlot)}`;
  const next = `Get the pods of stable ready, then cutover rollback ${deploymentId(spec.namespace, spec.app)}`;
  return describeOverdue(deadlines.rollback(spec), { undone, why, next });
}

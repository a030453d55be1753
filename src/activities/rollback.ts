/**
 * Switches production back to stable at once, asking nothing of the candidate, and fences late attempts off.
 *
 * 1. Every patch holds only on the Service as it was read; when it changed in between, it is read and patched again.
 * 2. Where stable has too few ready pods, the switch comes at the first moment that it has them: stable-ready.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlines } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError, isTransient } from '../kubernetes/errors.ts';
import { nextGiveBack, putOnStable, releasePatch, switchBackPatch, type GiveBack } from '../kubernetes/give-back.ts';
import { selectorChanged, selectorEdit } from '../kubernetes/hand-edit.ts';
import { describeSelector, otherLabels, readProduction, type ProductionService } from '../kubernetes/production.ts';
import { patchService } from '../kubernetes/service-patch.ts';
import { readDeployment } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { RollbackInput } from './contract.ts';
import { noteFence, rescue, type Outcome } from './rescue.ts';
import { stableReady, type Waiting } from './stable-ready.ts';
import { switchResult } from './switch-result.ts';

const patienceMs = 250;
/** A Service that changes under the patch does so a few times; one whose patches are always refused is not asked without a pause. */
const usualRefusals = 3;
const shortLookMs = 100;

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

export function createRollback(dependencies: Dependencies): Step<'rollback'> {
  return async (input, attempt) => {
    const restored: string[] = [];
    const outcome = await takeBack(dependencies, input, attempt, restored);
    const found = outcome.found === undefined ? {} : { found: outcome.found };
    if (!outcome.switched) return { switched: null, fence: outcome.fence, notes: restored, ...found };
    const { stableSlot: to, candidateSlot: from } = input;
    const made = { kind: 'rollback', input, from, to, notes: restored, ...outcome } as const;
    const { fence, undoes } = outcome;
    return { switched: await switchResult(dependencies, made, attempt), fence, undoes, ...found };
  };
}

async function takeBack(
  dependencies: Dependencies,
  input: RollbackInput,
  attempt: Attempt,
  restored: string[],
): Promise<Outcome> {
  const { cluster } = dependencies;
  const { spec } = input;
  for (let refusals = 0; ;) {
    attempt.signal.throwIfAborted();
    const began = performance.now();
    try {
      const live = await readProduction(cluster, spec);
      const wanted = await wantedOf(cluster, live, input);
      const outcome = await stepBack(dependencies, live, wanted, { input, attempt, restored });
      if (outcome !== null) return outcome;
      refusals = performance.now() - began < shortLookMs ? refusals + 1 : 0;
      if (refusals > usualRefusals) await sleep(Math.min(patienceMs, 2 ** refusals));
    } catch (error) {
      if (!isTransient(error) || timeLeft(input, attempt) === 0) throw error;
      report(attempt, 'rollback', { summary: `trying again: ${describeApiError(error)}` });
      await sleep(patienceMs);
    }
  }
}

/** What is to be brought about; the labels of stable's pods are read only where the selector has more than a slot's. */
async function wantedOf(cluster: Cluster, live: ProductionService, input: RollbackInput): Promise<GiveBack> {
  const { spec, runId, inPlaceOf = null, stableSlot: stable, candidateSlot: candidate, fence } = input;
  const { namespace, app } = spec;
  const asked = stable !== null && Object.keys(otherLabels(live.selector)).length > 0;
  const deployment = asked ? await readDeployment(cluster, { namespace, app, slot: stable }) : null;
  const stableLabels = deployment === null ? null : (deployment.spec?.template.metadata?.labels ?? {});
  return { namespace, app, runId, inPlaceOf, stable, candidate, fence, stableLabels };
}

/** One look and at most one patch; null when the Service changed in between and has to be looked at again. */
async function stepBack(
  dependencies: Dependencies,
  live: ProductionService,
  wanted: GiveBack,
  { input, attempt, restored }: Waiting,
): Promise<Outcome | null> {
  const { cluster } = dependencies;
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
      if (!released.applied) return null;
      noteFence(live, step.fence, restored);
      return { switched: false, fence: step.fence, found: selectorEdit(live, spec.app) };
    }
    case 'changed': {
      const rescued = await rescue(cluster, live, { ...wanted, fence: step.fence }, { input, attempt, restored });
      if (rescued !== 'left') return rescued;
      const released = await patchService(cluster, spec, releasePatch(live, wanted, step.fence));
      if (!released.applied) return null;
      throw selectorChanged(
        live,
        spec.app,
        `somebody has changed the selector of the Service "${spec.service}" to ${describeSelector(live.selector)}, so it was left as it is. To put it on stable: kubectl -n ${spec.namespace} patch service ${spec.service} -p '${JSON.stringify(putOnStable(live, wanted))}'`,
      );
    }
    case 'switch': {
      const waiting = { input, attempt, restored };
      if (wanted.stable !== null && !(await stableReady(dependencies, live, wanted.stable, waiting))) return null;
      const patched = await patchService(cluster, spec, switchBackPatch(live, wanted, step, new Date()));
      const patchedAt = new Date().toISOString();
      const { fence, undoes } = step;
      if (!patched.applied) return null;
      noteFence(live, fence, restored);
      return { switched: true, fence, patchedAt, adopted: false, undoes, found: selectorEdit(live, spec.app) };
    }
  }
}

function timeLeft({ spec }: RollbackInput, attempt: Attempt): number {
  return attempt.remaining(deadlines.rollback(spec).ms);
}

/**
 * Switches production back to stable at once, asking nothing of the candidate, and fences late attempts off.
 *
 * 1. Every patch holds only on the Service as it was read; when it changed in between, it is read and patched again.
 * 2. Where stable has too few ready pods, the switch comes at the first moment that it has them: stable-ready.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlines } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError, isTransient } from '../kubernetes/errors.ts';
import {
  cutoverOf,
  nextGiveBack,
  putOnStable,
  releasePatch,
  rescuedSelector,
  rescuePatch,
  switchBackPatch,
  type GiveBack,
} from '../kubernetes/give-back.ts';
import { selectorChanged, selectorEdit } from '../kubernetes/hand-edit.ts';
import {
  describeSelector,
  otherLabels,
  readProduction,
  writtenFence,
  type ProductionService,
  type UndoneCutover,
} from '../kubernetes/production.ts';
import { countReadySelected } from '../kubernetes/selection.ts';
import { patchService } from '../kubernetes/service-patch.ts';
import { readDeployment } from '../kubernetes/slot.ts';
import { report, type Attempt, type Step } from './attempt.ts';
import type { RollbackInput } from './contract.ts';
import { stableReady, type Waiting } from './stable-ready.ts';
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
      readonly found?: HandEdit;
    }
  | { readonly switched: false; readonly fence: number; readonly found?: HandEdit };

const patienceMs = 250;

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
  for (;;) {
    attempt.signal.throwIfAborted();
    try {
      const live = await readProduction(cluster, spec);
      const wanted = await wantedOf(cluster, live, input);
      const outcome = await stepBack(dependencies, live, wanted, { input, attempt, restored });
      if (outcome !== null) return outcome;
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
      const rescued = await rescue(cluster, live, { ...wanted, fence: step.fence }, restored, input);
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
  const { stable, namespace, fence } = wanted;
  if (stable === null) return 'left';
  const ready = await countReadySelected(cluster, namespace, rescuedSelector(live, { ...wanted, stable }));
  if (ready < spec.rollback.minimumReady) return 'left';
  // Last, right before the patch: what is served must not have come in the meantime.
  if ((await countReadySelected(cluster, namespace, live.selector)) > 0) return 'left';
  const patched = await patchService(cluster, spec, rescuePatch(live, { ...wanted, stable }, fence, new Date()));
  if (!patched.applied) return null;
  restored.push(
    `somebody had changed the selector to ${describeSelector(live.selector)}, which no ready pod had: production was given to stable`,
  );
  noteFence(live, fence, restored);
  const undoes = cutoverOf(live, wanted);
  const patchedAt = new Date().toISOString();
  const found = selectorEdit(live, spec.app, { isServed: false });
  return { switched: true, fence, patchedAt, adopted: false, undoes, from: null, found };
}

/** For the record: that the fence had to be written anew. */
function noteFence(live: ProductionService, fence: number, notes: string[]): void {
  if (live.fence !== null) return;
  notes.push(
    `somebody had set the fence on the Service to ${writtenFence(live)}, which is no sequence number: it is ${fence} again`,
  );
}

function timeLeft({ spec }: RollbackInput, attempt: Attempt): number {
  return attempt.remaining(deadlines.rollback(spec).ms);
}

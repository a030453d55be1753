/**
 * Retention: watches over what a rollback needs, until somebody has changed something that the workflow has to know.
 *
 * 1. The fallback keeps its size: where it was scaled down by hand it is scaled up again (invariant 3).
 * 2. Production that was moved by hand, or has lost every pod of the candidate while the fallback could serve, ends the
 *    retention: the rollback that follows decides on the live Service.
 * 3. An attempt that came late changes nothing: another deployment's claim and the mark of a teardown stop it.
 */
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import { assertClaimed } from '../kubernetes/claim.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import type { RetentionFinding } from '../kubernetes/fallback.ts';
import { selectorChanged } from '../kubernetes/hand-edit.ts';
import { describeSelector, readProduction, type ProductionService } from '../kubernetes/production.ts';
import { scaleDeployment } from '../kubernetes/scale.ts';
import { missesSlot } from '../kubernetes/selection.ts';
import { pause, report, type Attempt, type Step } from './attempt.ts';
import type { RetentionInput, RetentionResult } from './contract.ts';
import { fallbackOf, lasts, nextFinding, patienceMs, stableOf } from './watch-fallback.ts';

const betweenRefusalsMs = 1_000;
/** Longer than any retention: the workflow ends the watch. */
const endlessMs = Number.MAX_SAFE_INTEGER;
/** Somebody who goes on scaling the fallback down wants it so, or is an autoscaler. */
const mostRestored = 3;

/** By one worker: rollbacks must never wait for a place behind watches that last a day. */
export const mostWatchedFallbacks = 500;

export function createRetention({ cluster }: { readonly cluster: Cluster }): Step<'retention'> {
  let watched = 0;
  return async (input, attempt) => {
    if (watched >= mostWatchedFallbacks) {
      throw new Error(
        `this worker watches ${mostWatchedFallbacks} fallbacks already: run another one, which takes it over`,
      );
    }
    watched += 1;
    try {
      return await watchFallback(cluster, input, attempt);
    } finally {
      watched -= 1;
    }
  };
}

async function watchFallback(cluster: Cluster, input: RetentionInput, attempt: Attempt): Promise<RetentionResult> {
  for (;;) {
    const finding = await nextFinding(cluster, input, attempt, endlessMs, (found) => found);
    const result = finding === null ? null : await answer(cluster, input, attempt, finding);
    if (result !== null) return result;
  }
}

/** What is to be done about it; null to go on watching. */
async function answer(
  cluster: Cluster,
  input: RetentionInput,
  attempt: Attempt,
  finding: RetentionFinding,
): Promise<RetentionResult | null> {
  const { spec, candidateSlot } = input;
  switch (finding.kind) {
    case 'service-gone':
      if (!(await lasts(finding.kind, cluster, input, attempt))) return null;
      throw new DeploymentError(
        'ObjectMissing',
        `somebody has deleted the Service "${spec.service}". Create it again with the selector app: ${spec.app}, version: ${candidateSlot}, then deploy again`,
      );
    case 'given-back':
      return { over: true, notice: null };
    case 'moved':
      throw moved(finding.live, input);
    case 'narrowed': {
      const { live, topic, notice } = finding;
      const candidate = { app: spec.app, slot: candidateSlot };
      if (await missesSlot(cluster, spec.namespace, live.selector, candidate))
        throw moved(live, input, { isServed: false });
      return { over: false, topic, notice };
    }
    case 'fallback-gone':
      return {
        over: true,
        notice: `${fallbackOf(input)} was deleted by hand: there is nothing to roll back to any more`,
      };
    case 'fallback-scaled':
      return restore(cluster, input, attempt, finding);
    case 'candidate-down':
      return candidateDown(cluster, input, attempt);
    case 'said':
      return { over: false, topic: finding.topic, notice: finding.notice };
    case 'unseen':
      return null;
  }
}

function moved(
  live: ProductionService,
  { spec }: RetentionInput,
  as: { readonly isServed?: boolean } = {},
): DeploymentError {
  const words = `somebody has changed the selector of the Service "${spec.service}" to ${describeSelector(live.selector)}`;
  return selectorChanged(live, spec.app, words, as);
}

/** Gives the fallback its size again, as long as this deployment holds the Service. */
async function restore(
  cluster: Cluster,
  input: RetentionInput,
  attempt: Attempt,
  { deployment, by }: Extract<RetentionFinding, { kind: 'fallback-scaled' }>,
): Promise<RetentionResult | null> {
  const { fallback, told } = input;
  const name = fallbackOf(input);
  const now = deployment.spec?.replicas ?? 1;
  const before = told.filter((topic) => topic.startsWith('restored')).length;
  if (before >= mostRestored) {
    const notice = `${name} was scaled to ${now} by ${by} again, and is left so: a rollback scales it up first`;
    return { over: false, topic: 'left-scaled', notice };
  }
  await assertOwn(cluster, input);
  if (!(await scaleDeployment(cluster, stableOf(input), deployment, fallback.pods))) {
    // It has changed since it was seen; or the API server refuses it each time.
    await pause(attempt, betweenRefusalsMs);
    return null;
  }
  const notice = `${name} was scaled to ${now} by ${by}, and was scaled to ${fallback.pods} again: it is the fallback until cutover finish`;
  return { over: false, topic: `restored-${before + 1}`, notice };
}

/** Without any owner the Service was replaced, or its annotations wiped, and nobody has claimed it since. */
async function assertOwn(cluster: Cluster, { spec, runId, stableSlot }: RetentionInput): Promise<void> {
  const { owner, released } = await readProduction(cluster, spec);
  if (owner !== null || released !== null) await assertClaimed(cluster, { ...spec, runId, stableSlot });
}

/** Production has no pod: that is waited out for a moment, and then taken for what it is. */
async function candidateDown(
  cluster: Cluster,
  input: RetentionInput,
  attempt: Attempt,
): Promise<RetentionResult | null> {
  const { spec, candidateSlot } = input;
  const name = slotName(spec.app, candidateSlot);
  report(attempt, 'retention', { summary: `${name} has no ready pod` });
  if (!(await lasts('candidate-down', cluster, input, attempt))) return null;
  const words = `${name} has had no ready pod for ${patienceMs / 1_000} s`;
  if (spec.rollback.automatic) throw new DeploymentError('RetentionFailed', words);
  const notice = `${words}; rollback.automatic is off, so an operator decides: cutover rollback ${spec.namespace}/${spec.app}`;
  return { over: false, topic: 'candidate-down', notice };
}

/**
 * Retention: watches over what a rollback needs, until somebody has changed something that the workflow has to know.
 *
 * 1. The fallback keeps its size: where it was scaled down by hand it is scaled up again (invariant 3).
 * 2. Production that was moved by hand, or has lost every pod of the candidate while the fallback could serve, ends the
 *    retention: the rollback that follows decides on the live Service.
 * 3. An attempt that came late changes nothing: another deployment's claim and the mark of a teardown stop it.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { slotName } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { assertClaimed } from '../kubernetes/claim.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { lookAtRetention, type RetentionFinding, type RetentionSnapshot } from '../kubernetes/fallback.ts';
import { selectorChanged } from '../kubernetes/hand-edit.ts';
import {
  describeSelector,
  productionSource,
  readProduction,
  type ProductionService,
} from '../kubernetes/production.ts';
import { podSource } from '../kubernetes/ready-pods.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { scaleDeployment } from '../kubernetes/scale.ts';
import { missesSlot } from '../kubernetes/selection.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { viewSlot, type SlotReference } from '../kubernetes/slot.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import { pause, report, type Attempt, type Step } from './attempt.ts';
import type { RetentionInput, RetentionResult } from './contract.ts';

/** Every pod of a candidate may be away for a moment, when a node goes; a Service, while it is replaced. */
const patienceMs = 15_000;
const freshLookMs = 5_000;
const betweenRefusalsMs = 1_000;
/** A day of watches that end sooner would be a load on the API server. */
const watchSeconds = 120;
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

/** What is found next, as far as `wanted` lets it pass; null when the time is over and the API server could be asked. */
async function nextFinding(
  cluster: Cluster,
  input: RetentionInput,
  attempt: Attempt,
  timeoutMs: number,
  wanted: (found: RetentionFinding | null) => RetentionFinding | null,
): Promise<RetentionFinding | null> {
  const { spec, candidateSlot } = input;
  const { namespace, app } = spec;
  const [stable, candidate] = [stableOf(input), { namespace, app, slot: candidateSlot }];
  const waited = await waitUntil(cluster, {
    sources: {
      services: productionSource(spec),
      stableDeployments: deploymentSource(stable),
      candidateDeployments: deploymentSource(candidate),
      stablePods: podSource(stable),
      candidatePods: podSource(candidate),
    },
    look: (snapshot) => {
      tell(snapshot, input, attempt);
      return wanted(lookAtRetention(snapshot, input));
    },
    timeoutMs,
    signal: attempt.signal,
    watchSeconds,
  });
  if (waited.reached) return waited.value;
  return waited.trouble === null ? null : { kind: 'unseen' };
}

/** Both slots as they are now, for those who look at the status. */
function tell(snapshot: RetentionSnapshot, input: RetentionInput, attempt: Attempt): void {
  const slot = stableOf(input);
  const stable = stateOf(slot, snapshot.stableDeployments, snapshot.stablePods);
  const candidate = stateOf(
    { ...slot, slot: input.candidateSlot },
    snapshot.candidateDeployments,
    snapshot.candidatePods,
  );
  report(attempt, 'retention', {
    summary: `${fallbackOf(input)} is kept as the fallback`,
    ...(stable === null ? {} : { stable }),
    ...(candidate === null ? {} : { candidate }),
  });
}

function stateOf(
  reference: SlotReference,
  [deployment]: readonly Json<V1Deployment>[],
  pods: readonly PodView[],
): SlotState | null {
  return deployment === undefined ? null : viewSlot(reference, deployment, pods).state;
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

/** Whether nothing else is seen for a while, nor in a fresh look: a connection that hangs keeps changes from a watch. */
async function lasts(
  kind: RetentionFinding['kind'],
  cluster: Cluster,
  input: RetentionInput,
  attempt: Attempt,
): Promise<boolean> {
  const nothing: RetentionFinding = { kind: 'unseen' };
  const other = await nextFinding(cluster, input, attempt, patienceMs, (found) =>
    found?.kind === kind ? null : (found ?? nothing),
  );
  if (other !== null) return false;
  const now = await nextFinding(cluster, input, attempt, freshLookMs, (found) => found ?? nothing);
  return now?.kind === kind;
}

function stableOf({ spec, stableSlot }: RetentionInput): SlotReference {
  if (stableSlot === null) throw new Error('the first deployment of an app has no fallback to watch');
  return { namespace: spec.namespace, app: spec.app, slot: stableSlot };
}

function fallbackOf(input: RetentionInput): string {
  return slotName(input.spec.app, stableOf(input).slot);
}

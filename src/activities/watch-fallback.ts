/** Looks at production, the candidate and the fallback, following all of them, until something is amiss. */
import type { V1Deployment } from '@kubernetes/client-node';
import { slotName } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Json } from '../kubernetes/api-server.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { lookAtRetention, type RetentionFinding, type RetentionSnapshot } from '../kubernetes/fallback.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { productionSource } from '../kubernetes/production.ts';
import { podSource } from '../kubernetes/ready-pods.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { viewSlot, type SlotReference } from '../kubernetes/slot.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import { report, type Attempt } from './attempt.ts';
import type { RetentionInput } from './contract.ts';

/** Every pod of a candidate may be away for a moment, when a node goes; a Service, while it is replaced. */
export const patienceMs = 15_000;
const freshLookMs = 5_000;
/** A day of watches that end sooner would be a load on the API server. */
const watchSeconds = 120;

/** What is found next, as far as `wanted` lets it pass; null when the time is over and the API server could be asked. */
export async function nextFinding(
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

/** Whether nothing else is seen for a while, nor in a fresh look: a connection that hangs keeps changes from a watch. */
export async function lasts(
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

export function stableOf({ spec, stableSlot }: RetentionInput): SlotReference {
  if (stableSlot === null) throw new Error('the first deployment of an app has no fallback to watch');
  return { namespace: spec.namespace, app: spec.app, slot: stableSlot };
}

export function fallbackOf(input: RetentionInput): string {
  return slotName(input.spec.app, stableOf(input).slot);
}

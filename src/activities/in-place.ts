/** What a watch is about has to stay as it is: asked at each look. */
import type { V1Deployment } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { slotName, type Slot } from '../domain/slot.ts';
import type { Json } from '../kubernetes/api-server.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { selectorChanged } from '../kubernetes/hand-edit.ts';
import {
  describeSelector,
  isGivenBack,
  namesSlot,
  noSlot,
  otherLabels,
  readProduction,
  type ProductionService,
} from '../kubernetes/production.ts';
import { missesSlot } from '../kubernetes/selection.ts';
import { revisionOf } from '../kubernetes/slot.ts';
import type { Target } from './contract.ts';

/**
 * Throws SelectorChanged where production does not select `expected` (null: no slot) any more, and ObjectMissing where its
 * Service is gone. That the API server cannot be asked at the moment is no change, and what the deployment's own rollback has done
 * is nobody else's: it may be there before the watch is told to stop.
 */
export async function assertProduction(
  cluster: Cluster,
  target: Target,
  expected: Slot | null,
  step: 'soak' | 'monitor',
): Promise<void> {
  const { spec } = target;
  const live = await readProduction(cluster, spec).catch((error: unknown) => {
    if (error instanceof DeploymentError && error.failure === 'ObjectMissing') throw error;
    return null;
  });
  if (live === null || isGivenBack(live, target)) return;
  const isSelected = selects(live, spec.app, expected);
  const isNarrow = isSelected && (await isNarrowed(cluster, live, spec, expected));
  if (isSelected && !isNarrow) return;
  const should = expected === null ? 'no slot' : slotName(spec.app, expected);
  throw selectorChanged(
    live,
    spec.app,
    `during the ${step} somebody has changed the selector of the Service "${spec.service}", which should select ${should}, to ${describeSelector(live.selector)}`,
    { isServed: !isNarrow },
  );
}

/** Whether labels that somebody has added to the selector keep all traffic from the slot. */
async function isNarrowed(
  cluster: Cluster,
  { selector }: ProductionService,
  { namespace, app }: Target['spec'],
  slot: Slot | null,
): Promise<boolean> {
  if (slot === null || Object.keys(otherLabels(selector)).length === 0) return false;
  return missesSlot(cluster, namespace, selector, { app, slot }).catch(() => false);
}

function selects({ selector }: ProductionService, app: string, slot: Slot | null): boolean {
  return slot === null ? selector['version'] === noSlot : namesSlot(selector, app, slot);
}

type Deployed = Pick<Target, 'spec' | 'candidateSlot' | 'candidateRevision'>;

/**
 * Whether the candidate is what was deployed: what was checked has to be what goes live. false while Kubernetes has not yet
 * looked at its last change. Throws CandidateChanged where its pod template was edited, ObjectMissing where it is gone.
 */
export function isAsDeployed(
  { spec, candidateSlot, candidateRevision: deployed }: Deployed,
  deployment: Json<V1Deployment> | null,
): boolean {
  const name = slotName(spec.app, candidateSlot);
  if (deployment === null) {
    throw new DeploymentError('ObjectMissing', `the Deployment "${name}" was deleted by hand: deploy again`);
  }
  if (deployed === undefined) return true;
  const revision = revisionOf(deployment) ?? deployed;
  if (revision === deployed) {
    return (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0);
  }
  const images = deployment.spec?.template.spec?.containers.map(({ image }) => image ?? '') ?? [];
  throw new DeploymentError(
    'CandidateChanged',
    `the Deployment "${name}" was edited by hand after it was deployed (revision ${deployed} → ${revision}: ${images.join(', ')}), so that what was checked is not what would go live: deploy again, with the change in the spec`,
  );
}

/**
 * The claim: a deployment takes the fence of the production Service before it changes anything else.
 *
 * 1. From then on only this deployment's switches pass, since every switch tests the fence.
 * 2. Claiming twice keeps the fence; a deployment that was rolled back never claims again.
 */
import { DeploymentError } from '../domain/failure.ts';
import type { Slot } from '../domain/slot.ts';
import type { Cluster } from './cluster.ts';
import { selectorChanged } from './hand-edit.ts';
import {
  annotations,
  describeSelector,
  namesSlot,
  noSlot,
  ownerOf,
  readProduction,
  unreadableFence,
  type ProductionService,
} from './production.ts';
import { annotationPath, patchService, selectorPath, type PatchOperation } from './service-patch.ts';
import { selectsPods } from './selection.ts';

export interface Claim {
  readonly namespace: string;
  readonly service: string;
  readonly app: string;
  readonly runId: string;
  /** null in the first deployment of an app: the Service is then parked, so that it selects nothing until the cutover. */
  readonly stableSlot: Slot | null;
}

/** Others change the Service too, if only its annotations; they do not do so for long. */
const triesOnConflict = 20;

/** Takes the fence, or keeps it where this deployment has it already. Gives its number. */
export async function claim(cluster: Cluster, claimed: Claim): Promise<number> {
  let reason = '';
  for (let tries = 0; tries < triesOnConflict; tries += 1) {
    const live = await readProduction(cluster, claimed);
    assertNotReleased(live, claimed);
    const fence = readableFence(live);
    if (live.owner === ownerOf(claimed, claimed.runId)) return fence;
    assertUnchanged(live, claimed);
    if (claimed.stableSlot === null) await assertSelectsNothing(cluster, live, claimed);
    const patched = await patchService(cluster, claimed, claimPatch(live, claimed, fence + 1));
    if (patched.applied) return fence + 1;
    reason = patched.reason;
  }
  throw new Error(`the Service "${claimed.service}" could not be claimed in ${triesOnConflict} tries: ${reason}`);
}

/**
 * The Service as it is now. Throws unless this deployment still holds the fence: an attempt that outlived its deployment
 * must not make or remove anything any more.
 */
export async function assertClaimed(cluster: Cluster, claimed: Claim): Promise<ProductionService> {
  const live = await readProduction(cluster, claimed);
  assertNotReleased(live, claimed);
  if (live.owner === ownerOf(claimed, claimed.runId)) return live;
  throw new DeploymentError(
    'FenceLost',
    `the Service "${claimed.service}" was claimed by ${live.owner ?? 'nobody'} in the meantime: this deployment goes no further`,
  );
}

/** The operations of a claim on the Service as it was read. */
function claimPatch(
  live: ProductionService,
  { app, namespace, runId, stableSlot }: Claim,
  fence: number,
): PatchOperation[] {
  const park: PatchOperation[] =
    stableSlot === null && live.selector['version'] !== noSlot
      ? [{ op: 'add', path: selectorPath('version'), value: noSlot }]
      : [];
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: live.resourceVersion },
    ...(live.object.metadata?.annotations === undefined
      ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const]
      : []),
    { op: 'add', path: annotationPath(annotations.fence), value: String(fence) },
    { op: 'add', path: annotationPath(annotations.owner), value: ownerOf({ namespace, app }, runId) },
    ...park,
  ];
}

/** The fence, without which nothing is claimed. */
function readableFence(live: ProductionService): number {
  if (live.fence !== null) return live.fence;
  throw new DeploymentError('Refused', unreadableFence(live));
}

function assertNotReleased(live: ProductionService, { runId, service }: Claim): void {
  if (live.released !== runId) return;
  throw new DeploymentError(
    'FenceLost',
    `this deployment was rolled back and has given up the Service "${service}": deploy again`,
  );
}

function assertUnchanged(live: ProductionService, { app, stableSlot, service }: Claim): void {
  if (stableSlot === null || namesSlot(live.selector, app, stableSlot)) return;
  throw selectorChanged(
    live,
    app,
    `the Service "${service}" selected ${stableSlot} when this deployment began; now it selects ${describeSelector(live.selector)}. Nothing was changed: deploy again`,
  );
}

async function assertSelectsNothing(cluster: Cluster, live: ProductionService, claimed: Claim): Promise<void> {
  if (!(await selectsPods(cluster, claimed.namespace, live.selector))) return;
  throw selectorChanged(
    live,
    claimed.app,
    `the Service "${claimed.service}" selected no pods when this deployment began; now it selects some by ${describeSelector(live.selector)}. Nothing was changed: deploy again`,
  );
}

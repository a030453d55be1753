/**
 * What a rollback does about a selector that is of neither slot: it is left as it is while it has a ready pod. Where it has
 * none, nobody is served, and production is given to stable as soon as that has the pods of a rollback.
 */
import { deadlines } from '../domain/deadline.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import { slotName } from '../domain/slot.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import type { Source } from '../kubernetes/follow.ts';
import { cutoverOf, rescuedSelector, rescuePatch, type GiveBack } from '../kubernetes/give-back.ts';
import { selectorEdit } from '../kubernetes/hand-edit.ts';
import { viewPod, type PodView } from '../kubernetes/pod.ts';
import {
  describeSelector,
  productionSource,
  writtenFence,
  type ProductionService,
  type UndoneCutover,
} from '../kubernetes/production.ts';
import { deploymentSource } from '../kubernetes/rollout.ts';
import { countReadySelected } from '../kubernetes/selection.ts';
import { patchService } from '../kubernetes/service-patch.ts';
import { readDeployment } from '../kubernetes/slot.ts';
import { readyPods } from '../kubernetes/standoff.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import { report } from './attempt.ts';
import { restoreReplicas, type Waiting } from './stable-ready.ts';

/** What a rollback has done. */
export type Outcome =
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

type Wanted = GiveBack & { readonly fence: number };

/** `left` where the Service was not touched; null where it has to be looked at again. */
export async function rescue(
  cluster: Cluster,
  live: ProductionService,
  wanted: Wanted,
  waiting: Waiting,
): Promise<Outcome | null | 'left'> {
  const { stable, namespace, fence } = wanted;
  const { input, restored } = waiting;
  const { spec } = input;
  if (stable === null) return 'left';
  const to = { ...wanted, stable };
  const ready = await countReadySelected(cluster, namespace, rescuedSelector(live, to));
  // Last, right before the patch: what is served must not have come in the meantime.
  if ((await countReadySelected(cluster, namespace, live.selector)) > 0) return 'left';
  if (ready < spec.rollback.minimumReady) return (await stableComes(cluster, live, to, waiting)) ? null : 'left';
  const patched = await patchService(cluster, spec, rescuePatch(live, to, fence, new Date()));
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

/** Waits until stable has the pods, or something else has changed; false where it cannot get them, or not in time. */
async function stableComes(
  cluster: Cluster,
  live: ProductionService,
  wanted: Wanted & { readonly stable: NonNullable<GiveBack['stable']> },
  waiting: Waiting,
): Promise<boolean> {
  const { input, attempt } = waiting;
  const { spec } = input;
  const { namespace, app, stable: slot } = wanted;
  const stable = { namespace, app, slot };
  const timeoutMs = attempt.remaining(deadlines.rollback(spec).ms);
  if (timeoutMs === 0 || (await readDeployment(cluster, stable)) === null) return false;
  const { minimumReady } = spec.rollback;
  report(attempt, 'rollback', {
    summary: `nobody is served: the Service "${spec.service}" selects ${describeSelector(live.selector)}, which no ready pod has, until ${slotName(app, slot)} (stable) has ${minimumReady} ready`,
  });
  await restoreReplicas(cluster, stable, waiting);
  const waited = await waitUntil(cluster, {
    sources: {
      services: productionSource(spec),
      deployments: deploymentSource(stable),
      pods: selectedSource(namespace, rescuedSelector(live, wanted)),
      ...(Object.keys(live.selector).length === 0 ? {} : { served: selectedSource(namespace, live.selector) }),
    },
    look: ({ services: [service], deployments, pods, served = [] }) => {
      const isOther = service?.resourceVersion !== live.resourceVersion || deployments.length === 0;
      return isOther || readyPods({ pods }) >= minimumReady || readyPods({ pods: served }) > 0 ? true : null;
    },
    timeoutMs,
    signal: attempt.signal,
  });
  return waited.reached;
}

function selectedSource(namespace: string, selector: Readonly<Record<string, string>>): Source<PodView> {
  const pairs = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  return { path: `/api/v1/namespaces/${namespace}/pods`, labelSelector: pairs.join(','), read: viewPod };
}

/** For the record: that the fence had to be written anew. */
export function noteFence(live: ProductionService, fence: number, notes: string[]): void {
  if (live.fence !== null) return;
  notes.push(
    `somebody had set the fence on the Service to ${writtenFence(live)}, which is no sequence number: it is ${fence} again`,
  );
}

/**
 * The switch: the one place that moves production traffic.
 *
 * 1. Never to a slot that has no ready pod, nor fewer than the spec demands at that moment (invariant 1).
 * 2. One patch tests the fence, its owner and the selector and changes them, so a late attempt cannot move anything (invariant 4).
 * 3. A switch that an earlier attempt made is recognised and adopted, not made again (invariant 7).
 */
import { DeploymentError } from '../domain/failure.ts';
import type { Slot } from '../domain/slot.ts';
import type { Cluster } from './cluster.ts';
import { selectorChanged } from './hand-edit.ts';
import {
  annotations,
  describeSelector,
  noSlot,
  ownerOf,
  readProduction,
  writtenFence,
  type ProductionService,
} from './production.ts';
import { annotationPath, patchService, selectorPath, type PatchOperation } from './service-patch.ts';

export interface Switch {
  readonly namespace: string;
  readonly service: string;
  readonly app: string;
  readonly runId: string;
  /** null: no slot, as before the first deployment of an app. */
  readonly from: Slot | null;
  readonly to: Slot | null;
  /** What the Service has to carry for the switch to pass. */
  readonly fence: number;
  readonly nextFence: number;
  /** Whether this run gives the fence up with it: a rollback, after which it may not switch again. */
  readonly release: boolean;
}

export interface Switched {
  readonly fence: number;
  /** ISO 8601. */
  readonly patchedAt: string;
  /** Whether an earlier attempt had made it. */
  readonly adopted: boolean;
}

/** Throws where the slot may not get traffic; told the selector that the switch starts from. */
type Ready = (selector: Readonly<Record<string, string>>) => Promise<void>;

/**
 * Makes the switch, or adopts it where an earlier attempt of the same run has made it. `ready` is asked right before
 * the patch.
 */
export async function makeSwitch(cluster: Cluster, wanted: Switch, ready: Ready): Promise<Switched> {
  const before = await readProduction(cluster, wanted);
  const earlier = earlierSwitch(before, wanted);
  if (earlier !== null) return earlier;
  assertSwitchable(before, wanted);
  await ready(before.selector);
  const patched = await patchService(cluster, wanted, switchPatch(wanted, before.selector, new Date()));
  const patchedAt = new Date().toISOString();
  if (patched.applied) return { fence: wanted.nextFence, patchedAt, adopted: false };
  const after = await readProduction(cluster, wanted);
  const meanwhile = earlierSwitch(after, wanted);
  if (meanwhile !== null) return meanwhile;
  assertSwitchable(after, wanted);
  throw new Error(`the switch of the Service "${wanted.service}" was refused: ${patched.reason}`);
}

/** The operations of a switch: they hold only on the selector as it was read, all of it. */
function switchPatch(wanted: Switch, selector: Readonly<Record<string, string>>, now: Date): PatchOperation[] {
  const { from, to, fence, nextFence, runId, release } = wanted;
  return [
    { op: 'test', path: annotationPath(annotations.fence), value: String(fence) },
    // Where the annotations were wiped, the count begins anew: another deployment may come to hold the same number.
    { op: 'test', path: annotationPath(annotations.owner), value: ownerOf(wanted, runId) },
    { op: 'test', path: '/spec/selector', value: selector },
    { op: 'replace', path: selectorPath('version'), value: to ?? noSlot },
    { op: 'replace', path: annotationPath(annotations.fence), value: String(nextFence) },
    { op: 'add', path: annotationPath(annotations.switchedAt), value: now.toISOString() },
    { op: 'add', path: annotationPath(annotations.switchedBy), value: runId },
    { op: 'add', path: annotationPath(annotations.switchedTo), value: to ?? noSlot },
    { op: 'add', path: annotationPath(annotations.switchedFrom), value: from ?? noSlot },
    ...(release ? [{ op: 'add', path: annotationPath(annotations.released), value: runId } as const] : []),
  ];
}

/** The same switch, where it is what the Service carries already; null otherwise. */
function earlierSwitch(live: ProductionService, { to, runId, nextFence }: Switch): Switched | null {
  const { switched, fence, selector } = live;
  const target = to ?? noSlot;
  if (fence !== nextFence || switched === null || switched.by !== runId) return null;
  if (switched.to !== target || selector['version'] !== target) return null;
  return { fence, patchedAt: switched.at, adopted: true };
}

/** Throws FenceLost or SelectorChanged where the patch's tests cannot hold. */
function assertSwitchable(live: ProductionService, wanted: Switch): void {
  const { fence, from, app, service, runId } = wanted;
  if (live.released === runId) {
    throw new DeploymentError(
      'FenceLost',
      `the Service "${service}" was taken back by this deployment's own rollback: nothing is switched any more`,
    );
  }
  if (live.fence === null) {
    throw new DeploymentError(
      'FenceLost',
      `somebody has set the annotation ${annotations.fence} of the Service "${service}" to ${writtenFence(live)}, which is no sequence number, so that nobody can tell whose turn it is. Nothing was switched: the rollback writes a number again; then deploy again`,
    );
  }
  if (live.fence !== fence) {
    throw new DeploymentError(
      'FenceLost',
      `the Service "${service}" has fence ${live.fence} instead of ${fence}: ${live.owner ?? 'somebody'} has taken it or switched it in the meantime. Nothing was switched: see cutover status`,
    );
  }
  if (live.owner !== ownerOf(wanted, runId)) {
    throw new DeploymentError(
      'FenceLost',
      `the Service "${service}" is held by ${live.owner ?? 'nobody'} now. Nothing was switched: see cutover status`,
    );
  }
  if (live.selector['version'] !== (from ?? noSlot) || live.selector['app'] !== app) {
    throw selectorChanged(
      live,
      app,
      `the Service "${service}" should select app=${app}, version=${from ?? noSlot}, but somebody has changed its selector to ${describeSelector(live.selector)}. Nothing was switched: set the selector back, or deploy again`,
    );
  }
}

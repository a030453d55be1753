/**
 * The decision of a rollback, from the Service as it is: what has to be patched so that production is on stable and no
 * late attempt of this deployment can move it again. Pure.
 *
 * 1. It asks nothing of the candidate.
 * 2. What somebody else has taken is left alone, and so is what was changed by hand while it selects ready pods.
 * 3. Production is on a slot where its selector asks for that slot's labels and for no label that stable's pods lack: those
 *    that the user had there before are on the pods of both slots, as preflight has seen to.
 * 4. A fence that is no number was edited by somebody. It stops no rollback, which writes the number that comes next by
 *    what its deployment knows.
 * 5. A deployment that has not come to claim the Service, as far as is known, never will.
 */
import { slotLabels, type Slot } from '../domain/slot.ts';
import {
  annotations,
  namesSlot,
  noSlot,
  otherLabels,
  ownerOf,
  type ProductionService,
  type UndoneCutover,
} from './production.ts';
import { annotationPath, selectorPath, type PatchOperation } from './service-patch.ts';

export interface GiveBack {
  readonly namespace: string;
  readonly app: string;
  readonly runId: string;
  /** An ended deployment that may hold the fence still; null for none. */
  readonly inPlaceOf: string | null;
  readonly stable: Slot | null;
  readonly candidate: Slot;
  /** The fence that the deployment knows of; null when it never came to know one. */
  readonly fence: number | null;
  /** The labels of stable's pods, by its Deployment; null where they are not known, or make no difference. */
  readonly stableLabels: Readonly<Record<string, string>> | null;
}

export type GiveBackStep =
  /** Production selects the candidate. */
  | { readonly kind: 'switch'; readonly fence: number; readonly undoes: UndoneCutover | null }
  /** Production selects stable, or was never claimed: only late attempts have to be fenced off. */
  | { readonly kind: 'release'; readonly fence: number }
  /** An earlier attempt has done all of it; `switchedAt` is null where it only had to release; `rescued`: from no slot. */
  | {
      readonly kind: 'done';
      readonly fence: number;
      readonly switchedAt: string | null;
      readonly undoes: UndoneCutover | null;
      readonly rescued: boolean;
    }
  /** Another deployment holds the fence. */
  | { readonly kind: 'taken' }
  /** The selector is of neither slot. */
  | { readonly kind: 'changed'; readonly fence: number };

/** What is to be done about the Service as it is now. */
export function nextGiveBack(live: ProductionService, wanted: GiveBack): GiveBackStep {
  const { runId, inPlaceOf } = wanted;
  const owners = [runId, ...(inPlaceOf === null ? [] : [inPlaceOf])].map((run) => ownerOf(wanted, run));
  const isOwn = live.owner !== null && owners.includes(live.owner);
  const neverClaimed = wanted.fence === null && inPlaceOf === null;
  // The claim may be on its way still. It must find that the fence was taken and given up before it.
  const fence = Math.max(carriedFence(live, wanted), wanted.fence ?? 0) + 1;
  if (neverClaimed && !isOwn) return { kind: 'release', fence };
  // Without any owner the annotations were wiped, by a replace for example: then the Service is still this deployment's.
  if (live.owner !== null && !isOwn) return { kind: 'taken' };
  const before = { ...live, fence: live.fence ?? fence };
  if (neverClaimed && live.released === runId) return done(before, wanted);
  switch (selectedRole(live.selector, wanted)) {
    case 'candidate':
      return { kind: 'switch', fence, undoes: cutoverOf(live, wanted) };
    case 'neither':
      return { kind: 'changed', fence };
    case 'stable':
      return live.released === runId ? done(before, wanted) : { kind: 'release', fence };
  }
}

function selectedRole(selector: Selector, wanted: GiveBack): 'candidate' | 'stable' | 'neither' {
  const { app, stable, candidate } = wanted;
  if (stable === null && selector['version'] === noSlot) return 'stable';
  if (Object.keys(foreignLabels(selector, wanted)).length > 0) return 'neither';
  if (namesSlot(selector, app, candidate)) return 'candidate';
  return stable !== null && namesSlot(selector, app, stable) ? 'stable' : 'neither';
}

/** What the selector asks for, beside a slot's labels, and stable's pods lack: put there by hand since the deployment began. */
function foreignLabels(selector: Selector, { stableLabels }: Pick<GiveBack, 'stableLabels'>): Selector {
  if (stableLabels === null) return {};
  const foreign = Object.entries(otherLabels(selector)).filter(([name, value]) => stableLabels[name] !== value);
  return Object.fromEntries(foreign);
}

type Selector = Readonly<Record<string, string>>;

function done(
  { fence, switched, selector, undone, object }: ProductionService & { readonly fence: number },
  { runId }: GiveBack,
): GiveBackStep {
  const own = switched !== null && switched.by === runId && switched.to === selector['version'];
  if (!own) return { kind: 'done', fence, switchedAt: null, undoes: null, rescued: false };
  const rescued = object.metadata?.annotations?.[annotations.switchedFrom] === noSlot;
  return { kind: 'done', fence, switchedAt: switched.at, undoes: undone, rescued };
}

/** The cutover of this deployment that the Service carries; null where there is none. */
export function cutoverOf(live: ProductionService, wanted: GiveBack): UndoneCutover | null {
  const { switched } = live;
  return switched !== null && isOwnCutover(live, wanted)
    ? { fence: carriedFence(live, wanted), at: switched.at }
    : null;
}

function isOwnCutover({ switched }: ProductionService, { runId, candidate }: GiveBack): boolean {
  return switched !== null && switched.by === runId && switched.to === candidate;
}

/** The fence of the Service; where somebody has made it unreadable, what it was as far as the deployment can tell. */
function carriedFence(live: ProductionService, wanted: GiveBack): number {
  if (live.fence !== null) return live.fence;
  // A cutover that its worker could not report has raised it once more.
  return (wanted.fence ?? 0) + (isOwnCutover(live, wanted) ? 1 : 0);
}

/** The operations of a switch back: they hold only on the Service as it was read. */
export function switchBackPatch(
  live: ProductionService,
  wanted: GiveBack,
  { fence, undoes }: Extract<GiveBackStep, { kind: 'switch' }>,
  now: Date,
): PatchOperation[] {
  const undone = wordUndone(undoes);
  const to = wanted.stable ?? noSlot;
  return [
    ...releasePatch(live, wanted, fence),
    { op: 'test', path: '/spec/selector', value: live.selector },
    { op: 'replace', path: selectorPath('version'), value: to },
    { op: 'add', path: annotationPath(annotations.switchedAt), value: now.toISOString() },
    { op: 'add', path: annotationPath(annotations.switchedBy), value: wanted.runId },
    { op: 'add', path: annotationPath(annotations.switchedTo), value: to },
    { op: 'add', path: annotationPath(annotations.undone), value: undone },
    { op: 'add', path: annotationPath(annotations.switchedFrom), value: wanted.candidate },
  ];
}

function wordUndone(undoes: UndoneCutover | null): string {
  return undoes === null ? 'none' : `${undoes.fence} ${undoes.at}`;
}

/** What a Service that was changed by hand would select once it is given to stable. Other labels that its pods have stay. */
export function rescuedSelector(live: ProductionService, wanted: GiveBack & { readonly stable: Slot }): Selector {
  const foreign = foreignLabels(live.selector, wanted);
  const kept = Object.entries(live.selector).filter(([name]) => foreign[name] === undefined);
  return { ...Object.fromEntries(kept), ...slotLabels(wanted.app, wanted.stable) };
}

/** The merge patch that puts a Service that was changed by hand on stable, for people. */
export function putOnStable(live: ProductionService, wanted: GiveBack): object {
  const { app, stable } = wanted;
  const labels = stable === null ? { app, version: noSlot } : slotLabels(app, stable);
  const dropped = Object.keys(foreignLabels(live.selector, wanted)).map((name) => [name, null] as const);
  return { spec: { selector: { ...Object.fromEntries(dropped), ...labels } } };
}

/** The operations that give a Service to stable that was changed by hand: they hold only on the Service as it was read. */
export function rescuePatch(
  live: ProductionService,
  wanted: GiveBack & { readonly stable: Slot },
  fence: number,
  now: Date,
): PatchOperation[] {
  const undoes = cutoverOf(live, wanted);
  return [
    ...releasePatch(live, wanted, fence),
    { op: 'add', path: '/spec/selector', value: rescuedSelector(live, wanted) },
    { op: 'add', path: annotationPath(annotations.switchedAt), value: now.toISOString() },
    { op: 'add', path: annotationPath(annotations.switchedBy), value: wanted.runId },
    { op: 'add', path: annotationPath(annotations.switchedTo), value: wanted.stable },
    { op: 'add', path: annotationPath(annotations.undone), value: wordUndone(undoes) },
    { op: 'add', path: annotationPath(annotations.switchedFrom), value: noSlot },
  ];
}

/** The operations that fence late attempts off and leave the traffic where it is. */
export function releasePatch(live: ProductionService, wanted: GiveBack, fence: number): PatchOperation[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: live.resourceVersion },
    ...(live.object.metadata?.annotations === undefined
      ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const]
      : []),
    { op: 'add', path: annotationPath(annotations.fence), value: String(fence) },
    { op: 'add', path: annotationPath(annotations.owner), value: ownerOf(wanted, wanted.runId) },
    { op: 'add', path: annotationPath(annotations.released), value: wanted.runId },
  ];
}

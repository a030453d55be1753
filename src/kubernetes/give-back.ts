/**
 * The decision of a rollback, from the Service as it is: what has to be patched so that production is on stable and no
 * late attempt of this deployment can move it again. Pure.
 *
 * 1. It asks nothing of the candidate.
 * 2. What somebody else has taken is left alone, and so is what was changed by hand while it selects ready pods.
 * 3. A deployment that has not come to claim the Service, as far as is known, never will.
 */
import { slotLabels, type Slot } from '../domain/slot.ts';
import { annotations, noSlot, ownerOf, type ProductionService, type UndoneCutover } from './production.ts';
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
  /** The selector names neither slot. */
  | { readonly kind: 'changed'; readonly fence: number };

/** What is to be done about the Service as it is now. */
export function nextGiveBack(live: ProductionService, wanted: GiveBack): GiveBackStep {
  const { runId, inPlaceOf, stable, candidate } = wanted;
  const owners = [runId, ...(inPlaceOf === null ? [] : [inPlaceOf])].map((run) => ownerOf(wanted, run));
  const isOwn = live.owner !== null && owners.includes(live.owner);
  const neverClaimed = wanted.fence === null && inPlaceOf === null;
  // The claim may be on its way still. It must find that the fence was taken and given up before it.
  if (neverClaimed && !isOwn) return { kind: 'release', fence: live.fence + 1 };
  // Without any owner the annotations were wiped, by a replace for example: then the Service is still this deployment's.
  if (live.owner !== null && !isOwn) return { kind: 'taken' };
  if (neverClaimed && live.released === runId) return done(live, wanted);
  const fence = Math.max(live.fence, wanted.fence ?? 0) + 1;
  const version = live.selector['version'];
  if (version === candidate) return { kind: 'switch', fence, undoes: cutoverOf(live, wanted) };
  if (version !== (stable ?? noSlot)) return { kind: 'changed', fence };
  if (live.released !== runId) return { kind: 'release', fence };
  return done(live, wanted);
}

function done({ fence, switched, selector, undone, object }: ProductionService, { runId }: GiveBack): GiveBackStep {
  const own = switched !== null && switched.by === runId && switched.to === selector['version'];
  if (!own) return { kind: 'done', fence, switchedAt: null, undoes: null, rescued: false };
  const rescued = object.metadata?.annotations?.[annotations.switchedFrom] === noSlot;
  return { kind: 'done', fence, switchedAt: switched.at, undoes: undone, rescued };
}

/** The cutover of this deployment that the Service carries; null where there is none. */
export function cutoverOf(
  { switched, fence }: ProductionService,
  { runId, candidate }: GiveBack,
): UndoneCutover | null {
  return switched !== null && switched.by === runId && switched.to === candidate ? { fence, at: switched.at } : null;
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
    { op: 'test', path: selectorPath('version'), value: wanted.candidate },
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

/** What a Service that was changed by hand would select once it is given to stable. Its other labels stay. */
export function rescuedSelector(live: ProductionService, app: string, stable: Slot): Record<string, string> {
  return { ...live.selector, ...slotLabels(app, stable) };
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
    { op: 'add', path: '/spec/selector', value: rescuedSelector(live, wanted.app, wanted.stable) },
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

/**
 * Whether what stands in the candidate's slot may be removed for it: what cutover has made or switched away from may.
 * All else is somebody's, and goes only where the caller says so. Pure.
 */
import { slotName, type Slot } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import { deploymentAnnotation } from '../candidate.ts';
import { annotations, type ProductionService } from '../production.ts';
import { tornDownAnnotation } from '../scale.ts';
import type { SlotView } from '../slot.ts';

/** What is in the way, and how to get it out of it. */
export function ownershipProblems(
  spec: Spec,
  slot: Slot,
  left: SlotView | null,
  production: ProductionService,
): string[] {
  if (left === null || isKnown(left, slot, production)) return [];
  const { images, readyPods, desiredPods } = left.state;
  const holds = `${images.join(', ')}, ${readyPods} of ${desiredPods} pods ready`;
  return [
    `the Deployment "${slotName(spec.app, slot)}" stands in the candidate's slot, and cutover has not made it (${holds}): delete it, or deploy with --delete-unmanaged, which does so for the candidate`,
  ];
}

function isKnown({ deployment }: SlotView, slot: Slot, production: ProductionService): boolean {
  const written = deployment.metadata?.annotations ?? {};
  if (deploymentAnnotation in written || tornDownAnnotation in written) return true;
  return isFallback(deployment.metadata?.creationTimestamp, slot, production);
}

/** A stable slot that others have made, and that a cutover has left: it was there when production was switched. */
function isFallback(created: string | undefined, slot: Slot, { switched, object }: ProductionService): boolean {
  if (switched === null || object.metadata?.annotations?.[annotations.switchedFrom] !== slot) return false;
  return created === undefined || Date.parse(created) <= Date.parse(switched.at);
}

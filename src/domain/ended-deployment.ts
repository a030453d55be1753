import type { Slot } from './slot.ts';
import type { StepName } from './state.ts';

/** A deployment whose workflow is over though the cluster is as it left it: it was terminated, or its rollback failed. */
export interface EndedDeployment {
  readonly runId: string;
  /** Where production goes back to. */
  readonly stableSlot: Slot;
  readonly candidateSlot: Slot;
}

/** Whether a deployment that is over has left the cluster as it was: it never came past preflight, which only reads. */
export function hasChangedNothing({
  outcome,
  phase,
}: {
  readonly outcome: string;
  readonly phase: StepName | null;
}): boolean {
  return outcome === 'refused' || (outcome !== 'running' && phase === 'preflight');
}

import type { Slot } from './slot.ts';

/** A deployment whose workflow is over though the cluster is as it left it: it was terminated, or its rollback failed. */
export interface EndedDeployment {
  readonly runId: string;
  /** Where production goes back to. */
  readonly stableSlot: Slot;
  readonly candidateSlot: Slot;
}

import type { Slot } from './slot.ts';

/** A change of the production selector that this deployment did not make, as it was found on the Service. */
export interface HandEdit {
  /** The slot that is selected now; null for none, or for something that is no slot. */
  readonly slot: Slot | null;
  /** The whole selector as people write it: `app=api, version=blue`. */
  readonly selector: string;
  /** The field manager that changed it, such as `kubectl-patch`; null where the API server does not say. */
  readonly by: string | null;
  /** When, to the second, by the API server's clock, ISO 8601; null where it does not say. */
  readonly at: string | null;
}

/** What is left of it in a failure's details; null where there is none. */
export function readHandEdit(details: unknown): HandEdit | null {
  if (typeof details !== 'object' || details === null || !('selector' in details)) return null;
  return details as HandEdit;
}

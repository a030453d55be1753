/** Whether a drain can end early: what the pods count themselves tells when a slot is quiet, nothing else does. Pure. */
import type { Spec } from './spec.ts';

/** Why a drain waits for all of its time, by the spec; null where the pods' own metrics may end it sooner. */
export function whyInFull({ metrics }: Pick<Spec, 'metrics'>): string | null {
  if (metrics === 'none') return 'metrics is none';
  return 'prometheus' in metrics ? 'what Prometheus scrapes comes too late to tell that it is quiet' : null;
}

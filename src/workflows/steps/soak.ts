import { toMilliseconds } from '../../domain/duration.ts';
import type { Deployment } from '../deployment.ts';
import { dueIn, watchActivities } from '../step-activities.ts';
import { judge, unlessLost } from '../watch-verdict.ts';

/** Watches the candidate beside stable, on the same traffic, before users see it. */
export async function soak(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  const watch = planned.spec.soak;
  deployment.begin('soak', { next: dueIn('the soak ends', watch.duration) });
  if (toMilliseconds(watch.duration) === 0) {
    record.end('soak', 'skipped', 'soak.duration is 0s');
    return;
  }
  const result = await unlessLost(deployment, 'soak', watchActivities(watch).soak(planned));
  if (result === null) return;
  const { baseline, stableErrors, ...evidence } = result;
  deployment.baseline = baseline;
  deployment.stableErrors = stableErrors;
  record.evidence({ soak: evidence });
  judge(deployment, 'soak', evidence, watch);
}

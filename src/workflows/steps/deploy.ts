import type { Deployment } from '../deployment.ts';
import { dueIn, stepActivities } from '../step-activities.ts';

/** Claims the Service and deploys the candidate beside stable, until all its pods are ready. */
export async function deploy(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  const { timeouts } = planned.spec;
  deployment.begin('deploy', { next: dueIn('fails unless the candidate is ready', timeouts.deploy) });
  deployment.reached = 'candidate';
  const { candidate, stable, fence } = await stepActivities(timeouts.deploy).deploy(planned);
  record.seen({ candidate, stable });
  if (candidate.revision != null) deployment.target = { ...planned, candidateRevision: candidate.revision };
  record.traffic(planned.stableSlot, fence);
  record.end(
    'deploy',
    'done',
    `${candidate.readyPods} of ${candidate.desiredPods} pods of ${candidate.deployment} are ready`,
  );
}

import { numberOf } from '../../domain/number-of.ts';
import type { Deployment } from '../deployment.ts';
import { stepActivities } from '../step-activities.ts';

/** Sends the warm-up requests to every pod of the candidate, so that its caches are full before users come. */
export async function warmUp(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  deployment.begin('warmUp');
  if (planned.spec.warmUp.requests.length === 0) {
    record.end('warmUp', 'skipped', 'the spec has no warm-up requests');
    return;
  }
  const evidence = await stepActivities(planned.spec.timeouts.warmUp).warmUp(planned);
  record.evidence({ warmUp: evidence });
  const { requestsSent, requestsFailed, pods, errors } = evidence;
  const [first] = errors;
  const why = first === undefined ? '' : ` (${first.message})`;
  record.end(
    'warmUp',
    'done',
    `${numberOf(requestsSent, 'request')} to ${numberOf(pods, 'pod')}, ${requestsFailed} failed${why}`,
  );
}

import type { MonitorInput } from '../../activities/contract.ts';
import { toMilliseconds } from '../../domain/duration.ts';
import type { Deployment } from '../deployment.ts';
import { dueIn, watchActivities } from '../step-activities.ts';
import { judge, unlessLost } from '../watch-verdict.ts';

/** Watches the candidate under users' traffic; with rollback.automatic off a bad verdict holds the retention instead. */
export async function monitor(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  const watch = planned.spec.monitor;
  deployment.begin('monitor', { next: dueIn('the monitor ends', watch.duration) });
  if (toMilliseconds(watch.duration) === 0) {
    record.end('monitor', 'skipped', 'monitor.duration is 0s');
    return;
  }
  const input = { ...planned, ...beforeCutover(deployment) };
  const evidence = await unlessLost(deployment, 'monitor', watchActivities(watch).monitor(input));
  if (evidence === null) return;
  record.evidence({ monitor: evidence });
  if (evidence.verdict === 'fail' && !planned.spec.rollback.automatic) {
    record.end('monitor', 'failed', `${evidence.reason}; rollback.automatic is off, so an operator decides`);
    return;
  }
  judge(deployment, 'monitor', evidence, watch);
}

/** What the soak found out about stable. */
function beforeCutover({
  baseline,
  stableErrors,
  record,
}: Deployment): Pick<MonitorInput, 'baseline' | 'stableErrors' | 'stableUsage'> {
  const stableUsage = record.state.evidence.soak?.usage?.stable ?? undefined;
  return {
    ...(baseline === undefined ? {} : { baseline }),
    ...(stableErrors === undefined ? {} : { stableErrors }),
    ...(stableUsage === undefined ? {} : { stableUsage }),
  };
}

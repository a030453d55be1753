import { ApplicationFailure } from '@temporalio/workflow';
import type { SmokeEvidence } from '../../domain/evidence.ts';
import type { Deployment } from '../deployment.ts';
import { stepActivities } from '../step-activities.ts';

/** Runs every smoke check against the candidate; one that fails ends the deployment. */
export async function smoke(deployment: Deployment): Promise<void> {
  const { planned, record } = deployment;
  deployment.begin('smoke');
  if (planned.spec.smoke.checks.length === 0) {
    record.end('smoke', 'skipped', 'the spec has no smoke checks');
    record.notice('the candidate was not smoke-tested: the spec has no smoke.checks');
    return;
  }
  const evidence = await stepActivities(planned.spec.timeouts.smoke).smoke(planned);
  record.evidence({ smoke: evidence });
  const failed = describeFailed(evidence);
  if (evidence.verdict === 'fail') throw ApplicationFailure.nonRetryable(failed, 'SmokeFailed');
  record.end(
    'smoke',
    'done',
    evidence.checks.length === 1 ? 'the check passed' : `all ${evidence.checks.length} checks passed`,
  );
}

function describeFailed({ checks }: SmokeEvidence): string {
  const failed = checks.filter((check) => !check.passed);
  const reasons = failed.map((check) => `${check.name}: ${check.detail}`).join('; ');
  return `${failed.length} of ${checks.length} smoke checks failed: ${reasons}`;
}

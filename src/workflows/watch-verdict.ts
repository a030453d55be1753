import { ApplicationFailure } from '@temporalio/workflow';
import type { WatchEvidence } from '../domain/evidence.ts';
import type { WatchSpec } from '../domain/spec.ts';
import type { Deployment } from './deployment.ts';

/** Ends a soak or monitor by its verdict: goes on, or throws so that the deployment is rolled back. */
export function judge(
  { record }: Deployment,
  step: 'soak' | 'monitor',
  evidence: WatchEvidence,
  watch: Pick<WatchSpec, 'onInsufficientData'>,
): void {
  switch (evidence.verdict) {
    case 'pass':
      record.end(step, 'done', evidence.reason);
      return;
    case 'fail':
      throw ApplicationFailure.nonRetryable(evidence.reason, step === 'soak' ? 'SoakFailed' : 'MonitorFailed');
    case 'insufficient-data':
      if (watch.onInsufficientData === 'rollback') {
        throw ApplicationFailure.nonRetryable(
          `insufficient data: ${evidence.reason} (${step}.onInsufficientData is rollback)`,
          step === 'soak' ? 'SoakFailed' : 'MonitorFailed',
        );
      }
      record.notice(`the ${step} had insufficient data and the spec says to go on: ${evidence.reason}`);
      record.end(step, 'done', `insufficient data, continued as the spec says: ${evidence.reason}`);
  }
}

import { ApplicationFailure } from '@temporalio/workflow';
import type { WatchEvidence } from '../domain/evidence.ts';
import { describeInsufficient } from '../domain/insufficient-data.ts';
import type { WatchSpec } from '../domain/spec.ts';
import type { Deployment } from './deployment.ts';
import { failureOf } from './failure-of.ts';

/**
 * What a watch gives; null where no worker could end it in time and the deployment goes on without: that is insufficient data,
 * too, and the spec says what follows from it.
 */
export async function unlessLost<T>(
  { record, planned }: Deployment,
  step: 'soak' | 'monitor',
  watching: Promise<T>,
): Promise<T | null> {
  try {
    return await watching;
  } catch (error) {
    const failure = failureOf(error, planned.spec);
    if (failure.name !== 'DeadlineExceeded' || planned.spec[step].onInsufficientData === 'rollback') throw error;
    goOn(record, step, failure.message);
    return null;
  }
}

/** Ends a soak or monitor by its verdict: goes on, or throws so that the deployment is rolled back. */
export function judge(
  { record, planned }: Deployment,
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
        const message = describeInsufficient(step, evidence, planned.spec);
        throw ApplicationFailure.nonRetryable(message, step === 'soak' ? 'SoakFailed' : 'MonitorFailed');
      }
      goOn(record, step, evidence.reason);
  }
}

function goOn(record: Deployment['record'], step: 'soak' | 'monitor', reason: string): void {
  record.notice(`the ${step} had insufficient data and the spec says to go on: ${reason}`);
  record.end(step, 'done', `insufficient data, continued as the spec says: ${reason}`);
}

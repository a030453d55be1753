/** The activities as the worker registers them: each step with its attempt, its failures as Temporal understands them. */
import { ApplicationFailure } from '@temporalio/activity';
import { DeploymentError } from '../domain/failure.ts';
import { withAttempt, type Attempt } from './attempt.ts';
import type { Activities } from './contract.ts';
import { createCutover } from './cutover.ts';
import type { Dependencies } from './dependencies.ts';
import { createDeploy } from './deploy.ts';
import { createDrain } from './drain.ts';
import { createMonitor } from './monitor.ts';
import { createPreflight } from './preflight.ts';
import { createRetention } from './retention.ts';
import { createRollback } from './rollback.ts';
import { createSmoke } from './smoke.ts';
import { createSoak } from './soak.ts';
import { createTeardown } from './teardown.ts';
import { createWarmUp } from './warm-up.ts';

const messageKept = 4_000;

/** Every activity, ready for a worker. */
export function createActivities(dependencies: Dependencies): Activities {
  return {
    preflight: activity(createPreflight(dependencies)),
    deploy: activity(createDeploy(dependencies)),
    warmUp: activity(createWarmUp(dependencies)),
    smoke: activity(createSmoke(dependencies)),
    soak: activity(createSoak(dependencies)),
    cutover: activity(createCutover(dependencies)),
    monitor: activity(createMonitor(dependencies)),
    rollback: activity(createRollback(dependencies)),
    retention: activity(createRetention(dependencies)),
    drain: activity(createDrain(dependencies)),
    teardown: activity(createTeardown(dependencies)),
  };
}

/** The step as Temporal calls it. */
function activity<Input, Result>(
  step: (input: Input, attempt: Attempt) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return (input) =>
    withAttempt(async (attempt) => {
      try {
        return await step(input, attempt);
      } catch (error) {
        throw asTemporalFailure(error, attempt.signal);
      }
    });
}

/** An expected failure is final and keeps its name; a cancelled activity says so; anything else is tried again. */
export function asTemporalFailure(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DeploymentError) {
    return ApplicationFailure.create({
      message: error.message.slice(0, messageKept),
      type: error.failure,
      nonRetryable: true,
      ...(error.edit === null ? {} : { details: [error.edit] }),
    });
  }
  if (signal.aborted) return signal.reason;
  return error;
}

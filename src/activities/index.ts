/** The activities as the worker registers them: each step with its attempt, its failures as Temporal understands them. */
import { ApplicationFailure } from '@temporalio/activity';
import { DeploymentError } from '../domain/failure.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { withAttempt, type Step } from './attempt.ts';
import type { Activities } from './contract.ts';
import { createCutover } from './cutover.ts';
import { createDeploy } from './deploy.ts';
import { createDrain } from './drain.ts';
import { createMonitor } from './monitor.ts';
import { createPreflight } from './preflight.ts';
import { createRollback } from './rollback.ts';
import { createSmoke } from './smoke.ts';
import { createSoak } from './soak.ts';
import { createTeardown } from './teardown.ts';
import { createWarmUp } from './warm-up.ts';

export interface Dependencies {
  readonly cluster: Cluster;
  /** The way to pods and Services: through the API server's proxy, or directly. */
  readonly access: Access;
}

const messageKept = 4_000;

/** Every activity, ready for a worker. */
export function createActivities(dependencies: Dependencies): Activities {
  return {
    preflight: activity<'preflight'>(createPreflight(dependencies)),
    deploy: activity<'deploy'>(createDeploy(dependencies)),
    warmUp: activity<'warmUp'>(createWarmUp(dependencies)),
    smoke: activity<'smoke'>(createSmoke(dependencies)),
    soak: activity<'soak'>(createSoak(dependencies)),
    cutover: activity<'cutover'>(createCutover(dependencies)),
    monitor: activity<'monitor'>(createMonitor(dependencies)),
    rollback: activity<'rollback'>(createRollback(dependencies)),
    drain: activity<'drain'>(createDrain(dependencies)),
    teardown: activity<'teardown'>(createTeardown(dependencies)),
  };
}

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Result<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;

function activity<Name extends keyof Activities>(
  step: (...args: Parameters<Step<Name>>) => Promise<Result<Name>>,
): (input: Input<Name>) => Promise<Result<Name>> {
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
    });
  }
  if (signal.aborted) return signal.reason;
  return error;
}

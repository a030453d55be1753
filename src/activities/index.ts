/** The activities as the worker registers them: each step with its attempt, its failures as Temporal understands them. */
import { ApplicationFailure } from '@temporalio/activity';
import { deadlines, preflightDeadline } from '../domain/deadline.ts';
import { DeploymentError } from '../domain/failure.ts';
import { deploymentId } from '../domain/slot.ts';
import { withAttempt, type Attempt } from './attempt.ts';
import { createBaseline } from './baseline.ts';
import type { Activities, PreflightInput, Target, ValidateActivity } from './contract.ts';
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
import { validate } from './validate/validate.ts';
import { withinDeadline, type Terms } from './within-deadline.ts';

const messageKept = 4_000;
/** Enough to give the reasons for what was not done. */
const graceMs = 2_000;
/** Enough to verify the switch of the last moment, so that it is on record. */
const rollbackGraceMs = 5_000;

/** Every activity, ready for a worker. */
export function createActivities(dependencies: Dependencies): Activities & ValidateActivity {
  return {
    preflight: activity(withinDeadline(createPreflight, dependencies, preflightTerms)),
    deploy: activity(withinDeadline(createDeploy, dependencies, terms('deploy'))),
    warmUp: activity(withinDeadline(createWarmUp, dependencies, terms('warmUp'))),
    smoke: activity(withinDeadline(createSmoke, dependencies, terms('smoke'))),
    soak: activity(createSoak(dependencies)),
    baseline: activity(createBaseline(dependencies)),
    cutover: activity(withinDeadline(createCutover, dependencies, terms('cutover'))),
    monitor: activity(createMonitor(dependencies)),
    rollback: activity(withinDeadline(createRollback, dependencies, terms('rollback', rollbackGraceMs))),
    retention: activity(createRetention(dependencies)),
    drain: activity(createDrain(dependencies)),
    teardown: activity(withinDeadline(createTeardown, dependencies, terms('teardown'))),
    validate: activity((input, { signal }) => validate(dependencies, input, signal)),
  };
}

/** The terms of a step by its setting. Watches and the drain are not here: they have a clock of their own, from their first look. */
function terms(step: keyof typeof deadlines, ofGraceMs = graceMs): (input: Target) => Terms {
  return ({ spec }) => ({
    what: `${step} of ${deploymentId(spec.namespace, spec.app)}`,
    deadline: deadlines[step](spec),
    graceMs: ofGraceMs,
  });
}

function preflightTerms({ spec, workflowId }: PreflightInput): Terms {
  return { what: `preflight of ${workflowId}`, deadline: preflightDeadline(spec), graceMs };
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

/** What can go wrong between a caller and a deployment. Each says what happened, to what, and what to do next. */
import type { StepName } from '../domain/state.ts';

/** Temporal could not be reached, or its settings could not be read. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';
}

/** Temporal was reached but did not do what was asked. */
export class TemporalCallFailed extends Error {
  override readonly name = 'TemporalCallFailed';
  /** Whether the same call may work a little later. */
  readonly passing: boolean;

  constructor(message: string, passing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.passing = passing;
  }
}

/** There is no deployment of this id, neither a running nor a past one that Temporal still keeps. */
export class DeploymentNotFound extends Error {
  override readonly name = 'DeploymentNotFound';

  constructor(id: string, detail?: string) {
    super(detail ?? `there is no deployment ${id}: see \`cutover list\``);
  }
}

/** What is known of a deployment without asking its workflow. */
export interface LastKnown {
  readonly phase: StepName | null;
  readonly outcome: string;
  readonly summary: string;
}

/** The deployment runs, but no worker answers for it. */
export class NoWorker extends Error {
  override readonly name = 'NoWorker';
  readonly lastKnown: LastKnown | null;

  constructor(message: string, lastKnown: LastKnown | null, options?: ErrorOptions) {
    super(message, options);
    this.lastKnown = lastKnown;
  }
}

/** The workflow was ended from outside, so it left no document. */
export class DeploymentWithoutRecord extends Error {
  override readonly name = 'DeploymentWithoutRecord';
}

/** What is known of a deployment is encrypted with a key that is not given, and is needed to go on. */
export class RecordUnreadable extends Error {
  override readonly name = 'RecordUnreadable';
}

import type { HandEdit } from './hand-edit.ts';

/**
 * Why a step cannot go on. The names travel through Temporal as `ApplicationFailure` types, so that the workflow tells
 * failures apart by name and never by message. None of these gets better by trying again.
 */
export const failureNames = [
  'SpecInvalid',
  'Refused',
  'CandidateNotReady',
  'WarmUpFailed',
  'SmokeFailed',
  'SoakFailed',
  'MonitorFailed',
  'RetentionFailed',
  'FenceLost',
  'SelectorChanged',
  'SlotNotReady',
  'CandidateChanged',
  'ObjectMissing',
  'VerificationFailed',
  'Forbidden',
  'DeadlineExceeded',
] as const;

export type FailureName = (typeof failureNames)[number];

/** A failure as the state document shows it. */
export interface Failure {
  readonly name: FailureName | 'Unexpected' | 'ApprovalTimedOut' | 'Rejected' | 'RolledBack' | 'Cancelled';
  /** What happened, to which object, and what to do next. At most 4,000 characters. */
  readonly message: string;
}

export function isFailureName(name: unknown): name is FailureName {
  return failureNames.some((known) => known === name);
}

/** What the code outside of Temporal throws for an expected failure; the activities turn it into an ApplicationFailure. */
export class DeploymentError extends Error {
  readonly failure: FailureName;
  /** Set where somebody has changed the production selector. */
  readonly edit: HandEdit | null;

  constructor(failure: FailureName, message: string, options: ErrorOptions & { readonly edit?: HandEdit } = {}) {
    super(message, options);
    this.name = failure;
    this.failure = failure;
    this.edit = options.edit ?? null;
  }
}

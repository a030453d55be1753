/** The words for steps and outcomes, wherever people read them. */
import type { DeploymentState, Outcome, StepName } from '../../domain/state.ts';
import type { Look } from './spans.ts';

/** As a sentence begins; what looks like the name of a field, an object or a metric stays as it is. */
export function capital(text: string): string {
  const isWord = /^\p{Ll}+('s)?[:;,.]?(?!\S)/u.test(text);
  return isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

export function wordStep(step: StepName): string {
  return step === 'warmUp' ? 'warm-up' : step;
}

/** What of a deployment tells how it ended. */
type Ended = Pick<DeploymentState, 'outcome' | 'spec' | 'stable'>;

export function wordOutcome(state: Ended): string {
  switch (state.outcome) {
    case 'running':
      return 'running';
    case 'finished':
      return `finished: the candidate serves, ${state.stable === null ? 'the first of its app' : 'stable is gone'}`;
    case 'superseded':
      return 'superseded: the candidate serves, the next deployment took over the old slot';
    case 'rolled-back':
      return `rolled back: ${whatServes(state)}`;
    case 'rejected':
      return `rejected: ${whatServes(state)}`;
    case 'approval-timed-out':
      return `nobody approved in time: ${whatServes(state)}`;
    case 'rollback-failed':
      return 'the rollback failed: an operator is needed';
    case 'refused':
      return 'refused: nothing was changed';
    case 'failed':
      return 'failed';
    case 'terminated':
      return 'terminated from outside: nothing was undone';
  }
}

/** Once it is undone; without a spec it had not begun to change anything. */
function whatServes({ spec, stable }: Ended): string {
  if (spec === null) return 'nothing was changed';
  return stable === null ? 'no slot is live, as before' : 'stable serves';
}

export function lookOf(outcome: Outcome): Look {
  switch (outcome) {
    case 'running':
    case 'finished':
    case 'superseded':
      return 'good';
    case 'rolled-back':
    case 'rejected':
    case 'approval-timed-out':
      return 'warning';
    case 'rollback-failed':
    case 'refused':
    case 'failed':
    case 'terminated':
      return 'bad';
  }
}

/** The words for steps and outcomes, wherever people read them. */
import type { Outcome, StepName } from '../../domain/state.ts';
import type { Look } from './spans.ts';

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function wordStep(step: StepName): string {
  return step === 'warmUp' ? 'warm-up' : step;
}

export function wordOutcome(outcome: Outcome): string {
  switch (outcome) {
    case 'running':
      return 'running';
    case 'finished':
      return 'finished: the candidate serves, stable is gone';
    case 'superseded':
      return 'superseded: the candidate serves, the next deployment took over the old slot';
    case 'rolled-back':
      return 'rolled back: stable serves';
    case 'rejected':
      return 'rejected: stable serves';
    case 'approval-timed-out':
      return 'nobody approved in time: stable serves';
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

/** Which messages a deployment takes at which moment, and what it tells an operator whose message it does not take. */
import type { MessageName } from './message.ts';
import type { DeploymentState, StepName } from './state.ts';

/** Why this deployment does not take the message now, or null when it does. */
export function refusalOf(state: DeploymentState, message: MessageName): string | null {
  if (state.outcome !== 'running')
    return `${state.id} is over (${state.outcome}): it does not take \`${message}\` any more`;
  if (state.phase === 'rollback') return `${state.id} is being rolled back already: ${causeOf(state)}`;
  switch (message) {
    case 'approve':
    case 'reject':
      return awaitsApproval(state) ? null : notAwaitingApproval(state, message);
    case 'rollback':
      return state.phase === 'teardown'
        ? `${slotOf(state)} is being torn down, so ${state.id} can no longer be rolled back: deploy the previous version instead`
        : null;
    case 'finish':
      return finishRefusal(state);
  }
}

/** Whether traffic has stayed on the candidate long enough that only the fallback is left to remove. */
export function isPromoted(phase: StepName): boolean {
  return phase === 'retention' || phase === 'drain' || phase === 'teardown';
}

function awaitsApproval(state: DeploymentState): boolean {
  return (
    state.phase === 'approval' && state.steps.some((step) => step.name === 'approval' && step.status === 'running')
  );
}

function notAwaitingApproval(state: DeploymentState, message: 'approve' | 'reject'): string {
  const hint = message === 'reject' ? '; to stop it use rollback' : '';
  if (state.spec?.approval.required === false) {
    return `${state.id} does not ask for approval (approval.required is false); it is at ${state.phase}${hint}`;
  }
  return `${state.id} is not waiting for approval: it is at ${state.phase}${hint}`;
}

function finishRefusal(state: DeploymentState): string | null {
  if (state.phase === 'retention') return null;
  if (isPromoted(state.phase)) return `${state.id} is past its retention already: it is at ${state.phase}`;
  return `${state.id} is at ${state.phase}: finish ends the retention, which begins after the monitor`;
}

function slotOf(state: DeploymentState): string {
  return state.stable?.deployment ?? 'stable';
}

function causeOf(state: DeploymentState): string {
  const decision = state.decisions.findLast(({ kind }) => kind !== 'approve' && kind !== 'finish');
  if (decision !== undefined) return `${decision.by} asked for it at ${decision.at} (${decision.reason})`;
  return state.failure?.message ?? 'by itself';
}

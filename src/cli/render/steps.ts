import type { StepRecord, StepStatus } from '../../domain/state.ts';
import type { DeploymentStatus } from '../../client/index.ts';
import { span, table, type Line, type Look, type Span } from './spans.ts';
import { clock, elapsed } from './times.ts';
import { wordStep } from './words.ts';

/** One line a step: its mark, when it began, how long it took, what came of it. */
export function renderSteps({ state, progress, retrying }: DeploymentStatus, now: Date): Line[] {
  const rows = state.steps.map((step): Line => {
    const running = step.status === 'running';
    const said = running && progress?.step === step.name ? progress.summary : null;
    const detail = said ?? step.detail ?? (running ? (state.waitingFor ?? '') : '');
    return [
      mark(step.status),
      span(wordStep(step.name), running ? 'strong' : lookOf(step)),
      ...times(step, now),
      span(detail, lookOf(step)),
    ];
  });
  const lines = table(rows);
  if (retrying === null) return lines;
  const { activity, attempt, lastFailure } = retrying;
  return [...lines, [span(`    ${activity}: attempt ${attempt}; the one before failed: ${lastFailure}`, 'warning')]];
}

export function mark(status: StepStatus): Span {
  switch (status) {
    case 'done':
      return span('✓', 'good');
    case 'running':
      return span('▸', 'strong');
    case 'failed':
      return span('✗', 'bad');
    case 'interrupted':
      return span('■', 'warning');
    case 'skipped':
      return span('–', 'quiet');
    case 'pending':
      return span('·', 'quiet');
  }
}

function times({ status, startedAt, finishedAt }: StepRecord, now: Date): Line {
  if (startedAt === null || status === 'skipped' || status === 'pending') return [span(''), span('')];
  return [span(clock(startedAt, now), 'quiet'), span(elapsed(startedAt, finishedAt, now).padStart(6))];
}

function lookOf({ status }: StepRecord): Look {
  switch (status) {
    case 'failed':
      return 'bad';
    case 'interrupted':
      return 'warning';
    case 'pending':
    case 'skipped':
      return 'quiet';
    case 'running':
    case 'done':
      return 'plain';
  }
}

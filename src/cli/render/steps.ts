import type { DeploymentState, StepRecord, StepStatus } from '../../domain/state.ts';
import { inShort } from '../../domain/watch-in-short.ts';
import type { DeploymentStatus } from '../../client/index.ts';
import { part, ranks, type Part } from './parts.ts';
import { span, table, type Line, type Look, type Span } from './spans.ts';
import { clock, elapsed } from './times.ts';
import { wordStep } from './words.ts';

/** One line a step: its mark, when it began, how long it took, what came of it; steps never reached share one line. */
export function renderSteps(status: DeploymentStatus, now: Date): Part[] {
  const reached = status.state.steps.filter((step) => !isUnreached(step));
  const unreached = status.state.steps.filter(isUnreached).map(({ name }) => wordStep(name));
  const rows = table(reached.map((step) => stepRow(step, status, now))).map((line, index) =>
    reached[index] !== undefined && isUnderWay(reached[index], status)
      ? part(ranks.stands, [line, ...retryLine(status)])
      : part(reached[index]?.status === 'failed' ? ranks.wrong : ranks.past, [line]),
  );
  if (unreached.length === 0) return rows;
  return [...rows, part(ranks.past, [[span(`  –  not reached: ${unreached.join(', ')}`, 'quiet')]])];
}

/** A rollback has the candidate drained and torn down: the record has that with the rollback, not as these steps of the walk. */
function isUnderWay({ name, status }: StepRecord, { state, progress }: DeploymentStatus): boolean {
  return status === 'running' || (status === 'pending' && state.phase === 'rollback' && progress?.step === name);
}

function stepRow(step: StepRecord, status: DeploymentStatus, now: Date): Line {
  const { state, progress } = status;
  const running = isUnderWay(step, status);
  const said = running && progress?.step === step.name ? progress.summary : null;
  const detail = said ?? detailOf(step, state) ?? (running ? (state.waitingFor ?? '') : '');
  const name = span(wordStep(step.name), running ? 'strong' : lookOf(step));
  return [
    mark(running ? 'running' : step.status),
    name,
    ...times(step, now),
    span(detail, running ? 'plain' : lookOf(step)),
  ];
}

/** Of a watch that has passed in a few words: the rest is in its evidence. */
export function detailOf(step: StepRecord, { evidence }: Pick<DeploymentState, 'evidence'>): string | null {
  if (step.status !== 'done' || (step.name !== 'soak' && step.name !== 'monitor')) return step.detail;
  const watch = evidence[step.name];
  return watch?.verdict === 'pass' ? inShort(watch) : step.detail;
}

function retryLine({ retrying }: DeploymentStatus): Line[] {
  if (retrying === null) return [];
  return [[span(`     attempt ${retrying.attempt}; the one before failed: ${retrying.lastFailure}`, 'warning')]];
}

/** What the walk never came to, once it is over. */
export function isUnreached({ status, startedAt, detail }: StepRecord): boolean {
  return status === 'skipped' && startedAt === null && detail === 'not reached';
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

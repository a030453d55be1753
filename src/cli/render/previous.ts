/** What was there before a deployment that has changed nothing, and so is there still. */
import { formatDuration } from '../../domain/duration.ts';
import { hasChangedNothing } from '../../domain/ended-deployment.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { blank, span, table, type Line } from './spans.ts';
import { wordServing } from './traffic.ts';
import { lookOf, wordOutcome } from './words.ts';

export function renderPrevious(state: DeploymentState, previous: DeploymentState | null, now: Date): Line[] {
  if (!hasChangedNothing(state) || previous === null) return [];
  const { id, runId, service, finishedAt } = previous;
  const ago = finishedAt === null ? '' : ` ${formatDuration(now.getTime() - Date.parse(finishedAt))} ago`;
  return [
    blank,
    ...table([
      [span('before', 'strong'), span(wordOutcome(previous), lookOf(previous.outcome)), span(ago, 'quiet')],
      [span('live', 'strong'), span(`${service} ──▶ ${wordServing(previous)}, as that one left it`)],
      [span(''), span(`cutover status ${id} --run ${runId}`, 'quiet')],
    ]),
  ];
}

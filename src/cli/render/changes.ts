/** What changed between two looks at a deployment, as lines for a log. */
import type { DeploymentStatus } from '../../client/index.ts';
import type { StepRecord } from '../../domain/state.ts';
import { describeSwitch } from './history.ts';
import { span, toText, type Line } from './spans.ts';
import { mark } from './steps.ts';
import { clock, elapsed, upcoming } from './times.ts';
import { wordOutcome, wordStep } from './words.ts';

/** One line a change, each with its time in UTC; all that has happened when there was no earlier look. */
export function describeChanges(before: DeploymentStatus | null, after: DeploymentStatus, now: Date): string[] {
  const { state } = after;
  const old = before?.state ?? null;
  const lines: Line[] = [
    ...state.steps.flatMap((step) =>
      stepChange(
        old?.steps.find(({ name }) => name === step.name),
        step,
        now,
      ),
    ),
    ...state.switches
      .slice(old?.switches.length ?? 0)
      .map((record): Line => [span(`${clock(record.patchedAt, now)} ⇄ ${record.kind}: ${describeSwitch(record)}`)]),
    ...state.decisions
      .slice(old?.decisions.length ?? 0)
      .map(({ at, kind, by, reason }): Line => [span(`${clock(at, now)} • ${kind} by ${by}: ${reason}`)]),
    ...waitChange(before, after, now),
    ...(state.outcome !== 'running' && old?.outcome !== state.outcome
      ? [[span(`${clock(state.finishedAt ?? now.toISOString(), now)} ${state.id} ${wordOutcome(state.outcome)}`)]]
      : []),
  ];
  const text = toText(lines, { width: Infinity, colours: false });
  return text === '' ? [] : text.split('\n');
}

/** The line on what the running step reports, or null when it says nothing new. */
export function describeProgress(before: DeploymentStatus | null, after: DeploymentStatus, now: Date): string | null {
  const { progress, retrying } = after;
  const trouble =
    retrying === null ? '' : ` (attempt ${retrying.attempt}; the one before failed: ${retrying.lastFailure})`;
  const said = progress === null ? '' : `${wordStep(progress.step)}: ${progress.summary}`;
  const isNew =
    progress?.summary !== before?.progress?.summary || retrying?.lastFailure !== before?.retrying?.lastFailure;
  if (!isNew || said + trouble === '') return null;
  return toText([[span(`${clock(progress?.at ?? now.toISOString(), now)}   ${said}${trouble}`)]], {
    width: Infinity,
    colours: false,
  });
}

function stepChange(before: StepRecord | undefined, step: StepRecord, now: Date): Line[] {
  if (before?.status === step.status || step.status === 'pending') return [];
  const { startedAt, finishedAt, detail, status } = step;
  const at = finishedAt ?? startedAt;
  if (status === 'skipped' && at === null && detail === 'not reached') return [];
  const took = startedAt !== null && finishedAt !== null ? ` (${elapsed(startedAt, finishedAt, now)})` : '';
  const said = detail === null ? '' : `: ${detail}`;
  const time = clock(at ?? now.toISOString(), now);
  return [[span(`${time} ${mark(status).text} ${wordStep(step.name)}${took}${said}`)]];
}

function waitChange(before: DeploymentStatus | null, { state }: DeploymentStatus, now: Date): Line[] {
  const lines: Line[] = [];
  const time = clock(now.toISOString(), now);
  if (state.waitingFor !== null && state.waitingFor !== before?.state.waitingFor) {
    lines.push([span(`${time} … waits for ${state.waitingFor}`)]);
  }
  if (state.next !== null && state.next.what !== before?.state.next?.what) {
    lines.push([span(`${time} … next: ${state.next.what} ${upcoming(state.next.at, now)}`)]);
  }
  return lines;
}

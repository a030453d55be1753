/** What changed between two looks at a deployment, as lines for a log. */
import type { DeploymentStatus } from '../../client/index.ts';
import type { DeploymentState, StepRecord } from '../../domain/state.ts';
import { describeSwitch } from './history.ts';
import { nextOf } from './next.ts';
import { span, toText, type TextOptions } from './spans.ts';
import { detailOf, isUnreached, mark } from './steps.ts';
import { clock, elapsed, upcoming } from './times.ts';
import { wordOutcome, wordStep } from './words.ts';

interface Change {
  readonly at: string;
  readonly text: string;
}

/** One line a change, each with its time in UTC; all that has happened when there was no earlier look. */
export function describeChanges(before: DeploymentStatus | null, after: DeploymentStatus, now: Date): string[] {
  const { state } = after;
  const old = before?.state ?? null;
  const changes: Change[] = [
    ...state.steps.flatMap((step) =>
      stepChange(
        old?.steps.find(({ name }) => name === step.name),
        { ...step, detail: detailOf(step, state) },
        now,
      ),
    ),
    ...state.switches.slice(old?.switches.length ?? 0).map((record) => ({
      at: record.patchedAt,
      text: `⇄ ${record.kind}: ${describeSwitch(record)}`,
    })),
    ...state.decisions.slice(old?.decisions.length ?? 0).map(({ at, kind, by, reason }) => ({
      at,
      text: `• ${kind} by ${by}: ${reason}`,
    })),
    ...waitChange(before, after, now),
    ...endChange(old, state, now),
  ];
  return changes
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map(({ at, text }) => toText([[span(`${clock(at, now)} ${text}`)]], plain));
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
  return toText([[span(`${clock(progress?.at ?? now.toISOString(), now)}   ${said}${trouble}`)]], plain);
}

const plain: TextOptions = { width: Infinity, colours: false };

function stepChange(before: StepRecord | undefined, step: StepRecord, now: Date): Change[] {
  if (before?.status === step.status || step.status === 'pending' || isUnreached(step)) return [];
  const { startedAt, finishedAt, detail, status } = step;
  const took = startedAt !== null && finishedAt !== null ? ` (${elapsed(startedAt, finishedAt, now)})` : '';
  const said = detail === null ? '' : `: ${detail}`;
  const at = finishedAt ?? startedAt ?? now.toISOString();
  return [{ at, text: `${mark(status).text} ${wordStep(step.name)}${took}${said}` }];
}

/** They came to be when their step began, or when it has told of them. */
function waitChange(before: DeploymentStatus | null, after: DeploymentStatus, now: Date): Change[] {
  const { state, progress } = after;
  const { waitingFor } = state;
  const [known, next] = [before && nextOf(before), nextOf(after)];
  const running = state.steps.find(({ status }) => status === 'running');
  const begun = running?.startedAt ?? now.toISOString();
  const told = next?.what === state.next?.what ? begun : (progress?.at ?? begun);
  return [
    ...(waitingFor !== null && waitingFor !== before?.state.waitingFor
      ? [{ at: begun, text: `… waits for ${waitingFor}` }]
      : []),
    ...(next !== null && next.what !== known?.what
      ? [{ at: told, text: `… next: ${next.what} ${upcoming(next.at, now)}` }]
      : []),
  ];
}

function endChange(old: DeploymentState | null, state: DeploymentState, now: Date): Change[] {
  const { id, outcome, finishedAt } = state;
  if (outcome === 'running' || old?.outcome === outcome) return [];
  return [{ at: finishedAt ?? now.toISOString(), text: `${id} ${wordOutcome(state)}` }];
}

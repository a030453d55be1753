/** What a deployment waits for, what happens next by itself, and what an operator can do about it now. */
import { refusalOf } from '../../domain/decision-rules.ts';
import { messageNames, type MessageName } from '../../domain/message.ts';
import type { Progress } from '../../domain/progress.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { leftBehind, type DeploymentStatus } from '../../client/index.ts';
import { part, ranks, type Part } from './parts.ts';
import { blank, span, table, type Line } from './spans.ts';
import { upcoming } from './times.ts';
import { wordStep } from './words.ts';

/** `previous` is what was live before one that has changed nothing: what can be done about it still can. */
export function renderNext(
  { state, progress }: DeploymentStatus,
  now: Date,
  previous: DeploymentState | null = null,
): Part[] {
  const rows: Line[] = [];
  if (state.outcome === 'running') rows.push(...awaited({ state, progress }, now));
  commandsNow(previous ?? state).forEach((command, index) =>
    rows.push([span(index === 0 ? 'you can' : '', 'quiet'), span(command, 'quiet')]),
  );
  if (rows.length === 0) return [];
  const lines = table(rows).map((line, index) =>
    part(index === 0 && state.waitingFor !== null ? ranks.stands : ranks.next, [line]),
  );
  return [part(ranks.next, [blank]), ...lines];
}

type Seen = Pick<DeploymentStatus, 'state' | 'progress'>;

/** What happens next by itself, and when: the step that runs knows it better than the document, which is from its beginning. */
export function nextOf({ state, progress }: Seen): DeploymentState['next'] {
  if (progress?.expectedAt === undefined) return state.next;
  const { isExtended = false, expectedAt: at } = progress;
  return { what: isExtended ? afterExtension(state, progress) : (state.next?.what ?? afterStep(state, progress)), at };
}

function awaited({ state, progress }: Seen, now: Date): Line[] {
  const rows: Line[] = [];
  if (state.waitingFor !== null) rows.push([span('waits for', 'warning'), span(state.waitingFor, 'strong')]);
  const next = nextOf({ state, progress });
  if (next !== null) rows.push([span('next', 'strong'), span(`${next.what} ${upcoming(next.at, now)}`)]);
  return rows;
}

/** The commands that the deployment would take now, also the rollback of one that ended without undoing anything. */
function commandsNow(state: DeploymentState): string[] {
  return messageNames
    .filter((name) => refusalOf(state, name) === null || (name === 'rollback' && leftBehind(state) !== null))
    .map((name) => `cutover ${name} ${state.id}${needsReason[name] ? ' --reason "…"' : ''}`);
}

const needsReason: Readonly<Record<MessageName, boolean>> = {
  approve: false,
  reject: true,
  rollback: true,
  finish: false,
};

/** What the spec says of a watch that comes to its end with insufficient data. */
function afterExtension({ spec, stable }: DeploymentState, { step }: Progress): string {
  const watched = step === 'soak' ? 'soak' : 'monitor';
  if (spec?.[watched].onInsufficientData === 'continue') return 'goes on, with enough data or without';
  return `${wordWayBack(watched, stable)} unless the ${watched} has enough data`;
}

function wordWayBack(watched: 'soak' | 'monitor', stable: DeploymentState['stable']): string {
  if (watched === 'soak') return 'removes the candidate';
  return stable === null ? 'takes users from the candidate again' : `switches back to ${stable.slot}`;
}

function afterStep({ phase, candidate }: DeploymentState, { step }: Progress): string {
  const isRemoval = phase === 'rollback' && step === 'drain';
  return isRemoval
    ? `${candidate?.deployment ?? 'the candidate'} is removed, at the latest`
    : `the ${wordStep(step)} ends`;
}

/** What happened to a deployment: switches, decisions, notices, and why it failed. */
import { formatDuration } from '../../domain/duration.ts';
import type { DeploymentState, SwitchRecord } from '../../domain/state.ts';
import { part, ranks, type Part } from './parts.ts';
import { blank, paragraph, span, table, type Line } from './spans.ts';
import { clock } from './times.ts';

const noticesShown = 6;

export function renderHistory(state: DeploymentState, now: Date, width: number): Part[] {
  const switches = state.switches.map((record) => switchRow(record, state, now));
  const decisions = state.decisions.map(({ at, kind, by, reason, via }): Line => [
    span(clock(at, now), 'quiet'),
    span(kind, 'strong'),
    span(`by ${by}${via === 'update' ? '' : ` (${via})`}: ${reason}`),
  ]);
  const notices = state.notices
    .slice(-noticesShown)
    .map(({ at, text }): Line => [span(clock(at, now), 'quiet'), span(text)]);
  return [
    part(ranks.traffic, section('switches', switches)),
    part(ranks.past, [...section('decisions', decisions), ...section('notices', notices)]),
    part(ranks.wrong, failureLines(state, width)),
  ];
}

/** How a switch went, in one sentence: `blue ──▶ green, patched in 14ms, verified 212ms later`. */
export function describeSwitch(record: SwitchRecord): string {
  const { kind, from, to, requestToPatchMs, patchToVerifiedMs, verification } = record;
  const way = `${from ?? 'nothing'} ──▶ ${to ?? 'nothing'}`;
  if (kind === 'by-hand') return `${way}, ${verification}`;
  const verified =
    patchToVerifiedMs === null
      ? `NOT VERIFIED: ${verification}`
      : `verified ${formatDuration(patchToVerifiedMs)} later`;
  return `${way}, patched in ${formatDuration(requestToPatchMs)}, ${verified}`;
}

function switchRow(record: SwitchRecord, state: DeploymentState, now: Date): Line {
  const { kind, by, reason, patchedAt, verifiedAt } = record;
  return [
    span(clock(patchedAt, now), 'quiet'),
    span(kind, 'strong'),
    span(describeSwitch(record), verifiedAt === null ? 'bad' : 'plain'),
    span(`by ${by}: ${reason}${wordApproval(record, state)}`),
  ];
}

/** Each has a reason of their own: that of the approval is with the decision. */
function wordApproval({ kind, approvedBy }: SwitchRecord, { decisions }: DeploymentState): string {
  if (approvedBy === null || kind !== 'cutover') return '';
  const approval = decisions.findLast((one) => one.kind === 'approve' && one.by === approvedBy);
  return `; approved by ${approvedBy}${approval === undefined ? '' : `: ${approval.reason}`}`;
}

function section(title: string, rows: readonly Line[]): Line[] {
  return rows.length === 0 ? [] : [blank, [span(`  ${title}`, 'strong')], ...table(rows, 4)];
}

function failureLines({ failure, outcome }: DeploymentState, width: number): Line[] {
  if (failure === null) return [];
  const look = outcome === 'rollback-failed' || outcome === 'failed' || outcome === 'refused' ? 'bad' : 'warning';
  return [
    blank,
    [span('  why: ', 'strong'), span(failure.name, look)],
    ...paragraph(failure.message, width, 'plain', 4),
  ];
}

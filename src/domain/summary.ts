/** Short renderings of a deployment for the Temporal UI: one line for lists, a small Markdown page for its details. */
import type { WatchEvidence } from './evidence.ts';
import type { DeploymentState, SlotState, StepRecord } from './state.ts';

/** One line of at most 200 characters. */
export function summarise(state: DeploymentState): string {
  const traffic = state.traffic?.slot == null ? '' : `, production on ${state.traffic.slot}`;
  const what = state.outcome === 'running' ? `at ${state.phase}` : state.outcome;
  return `${state.id} ${what}${traffic}`.slice(0, 200);
}

/** A page of a few KB: the UI shows it in the workflow's details. */
export function toMarkdown(state: DeploymentState): string {
  const lines = [
    `**${summarise(state)}**`,
    ...(state.waitingFor === null ? [] : [`Waiting for ${state.waitingFor}`]),
    ...(state.next === null ? [] : [`Next: ${state.next.what} at ${state.next.at}`]),
    ...(state.failure === null ? [] : [`Failure: ${state.failure.name}: ${oneLine(state.failure.message, 500)}`]),
    table(
      ['slot', 'role', 'ready', 'images'],
      [slotRow('stable', state.stable), slotRow('candidate', state.candidate)].filter((row) => row !== null),
    ),
    table(['step', 'status', 'detail'], state.steps.map(stepRow)),
    ...evidenceLines('soak', state.evidence.soak),
    ...evidenceLines('monitor', state.evidence.monitor),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function slotRow(role: string, slot: SlotState | null): string[] | null {
  if (slot === null) return null;
  return [slot.deployment, role, `${slot.readyPods}/${slot.desiredPods}`, slot.images.slice(0, 3).join(', ')];
}

function stepRow({ name, status, detail }: StepRecord): string[] {
  return [name, status, oneLine(detail ?? '', 160)];
}

function evidenceLines(name: string, evidence: WatchEvidence | null): string[] {
  return evidence === null ? [] : [`${name}: ${evidence.verdict}: ${oneLine(evidence.reason, 300)}`];
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows].map(tableLine).join('\n');
}

function tableLine(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function oneLine(text: string, longest: number): string {
  const flat = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}

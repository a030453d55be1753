/** What the logs said, as the state document shows it. Pure. */
import type { LogEvidence, LogsRead, LogTemplate } from '../../domain/log-evidence.ts';
import type { ComparedLogs } from './frequency.ts';
import type { LogArm } from './log-arm.ts';
import { kindOf } from './log-findings.ts';
import type { ErrorTemplate } from './error-template.ts';
import type { LogsState } from './log-state.ts';

const worstFirst: readonly LogTemplate['kind'][] = ['new', 'more-frequent', 'rare', 'known'];

/** The errors of the candidate, the worst first. */
export function logEvidence(state: LogsState, against: ComparedLogs): LogEvidence {
  const templates = state.templates
    .filter(({ candidate }) => candidate > 0)
    .map((template) => documentOf(template, kindOf(template, state, against)))
    .sort((a, b) => worstFirst.indexOf(a.kind) - worstFirst.indexOf(b.kind) || b.count - a.count);
  return { candidate: readOf(state.candidate), stable: state.stable && readOf(state.stable), templates, others: 0 };
}

function documentOf(template: ErrorTemplate, kind: LogTemplate['kind']): LogTemplate {
  const { text, sample, candidate, pods, podCount, stable, before, firstAt } = template;
  const firstSeen = firstAt === null ? null : new Date(firstAt).toISOString();
  return { template: text, sample, kind, count: candidate, pods, podCount, stableCount: stable + before, firstSeen };
}

function readOf({ pods, ready, lines, errors, allowed, unfiled, leftOut }: LogArm): LogsRead {
  return { pods, ready, lines, errors, allowed, unfiled, leftOut };
}

/**
 * From what the logs say to a verdict. Pure.
 *
 * 1. Invariant 6: logs that could not be read are insufficient data, never a pass.
 * 2. An error that stable does not log fails the candidate when it was logged some times on more than one pod; one that stable
 *    logs too, when it is more frequent than chance allows.
 * 3. Without a stable slot, or a ready pod in it, there is nothing that could tell which errors are new, and the logs are not judged.
 */
import type { Finding } from '../../domain/evidence.ts';
import type { LogTemplate } from '../../domain/log-evidence.ts';
import { isMoreFrequent, podTime, type ComparedLogs } from './frequency.ts';
import type { ErrorTemplate } from './error-template.ts';
import type { LogsState } from './log-state.ts';
import { linesThatTell } from './new-error.ts';
import { hasNoPods, isRead, type LogArm } from './log-arm.ts';

type ErrorKind = LogTemplate['kind'];

/** An accident of one pod is no error of the new version. */
const podsThatTell = 2;
const charactersQuoted = 150;

export function kindOf(template: ErrorTemplate, state: LogsState, against: ComparedLogs): ErrorKind {
  const { candidate, stable, before, ratios, bursts } = template;
  if (stable + before === 0) {
    const stableMs = timeOfStable(state, against);
    return isComparable(state) && isCommon(template, state, stableMs) ? 'new' : 'rare';
  }
  if (bursts === null || state.stable === null) return 'known';
  const frequency = {
    against,
    candidate: { requests: podTime(state.candidate.podMs), events: candidate },
    baseline: { requests: podTime(state.stable.podMsBefore), events: before },
    ratios,
    bursts,
  };
  return isMoreFrequent(frequency) ? 'more-frequent' : 'known';
}

/** Whether it is logged so often, and by so many pods, that it would be stable's, too, if it were not new. */
function isCommon({ candidate, podCount }: ErrorTemplate, state: LogsState, stableMs: number): boolean {
  const { podMs, ready } = state.candidate;
  return candidate >= linesThatTell(podMs, stableMs) && podCount >= Math.min(podsThatTell, Math.max(1, ready));
}

/** The time of stable's pods in which errors of users would have been logged: after the cutover it has none. */
function timeOfStable({ stable }: LogsState, against: ComparedLogs): number {
  if (stable === null) return 0;
  return stable.podMsBefore + (against === 'stable' ? stable.podMs : 0);
}

/** Whether it is known which errors stable logs. */
function isComparable({ stable, isOverfull }: LogsState): boolean {
  return stable?.isKnown === true && !isOverfull;
}

/** What the logs say by now: one finding, or none where there is nothing to compare them with. */
export function logFindings(state: LogsState, against: ComparedLogs): Finding[] {
  if (state.stable === null || hasNoPods(state.stable)) return [];
  const failing = state.templates.flatMap((template) => {
    const words = wordsOf(template, kindOf(template, state, against));
    return words === null ? [] : [words];
  });
  const [first] = failing;
  if (first !== undefined) {
    return finding('fail', failing.length === 1 ? first : `${first}; and ${failing.length - 1} more in the logs`);
  }
  const gap = gapOf(state, state.stable, against);
  return gap === null ? finding('pass', passing(state)) : finding('insufficient-data', gap);
}

function finding(verdict: Finding['verdict'], reason: string): Finding[] {
  return [{ metric: 'logs', verdict, over: 'watch', reason }];
}

/** Whether one more look may tell more. */
export function logsAreUnsettled({ candidate, stable }: LogsState): boolean {
  return stable !== null && !hasNoPods(stable) && (!isRead(candidate) || !stable.isKnown);
}

/** Why a template fails the candidate; null where it does not. */
function wordsOf(template: ErrorTemplate, kind: ErrorKind): string | null {
  const { text, candidate, podCount, stable, before } = template;
  const quoted = `"${text.length > charactersQuoted ? `${text.slice(0, charactersQuoted)}…` : text}"`;
  const found = `${quoted}, ${times(candidate)} on ${podsOf(podCount)}`;
  switch (kind) {
    case 'new':
      return `the candidate logs an error that stable does not: ${found}`;
    case 'more-frequent':
      return `the candidate logs an error more often than stable: ${found}, and ${times(stable + before)} in stable`;
    case 'rare':
    case 'known':
      return null;
  }
}

/** Why the logs cannot pass; null when they can. */
function gapOf(state: LogsState, stable: LogArm, against: ComparedLogs): string | null {
  const { candidate, isOverfull } = state;
  if (!isRead(candidate)) return unreadWords('the candidate', candidate);
  if (!stable.isKnown) return `${unreadWords('stable', stable)}, so it is not known which errors are new`;
  if (isOverfull)
    return 'stable logs too many different errors to tell which are new: allow some in logs.allow, or write logs: none';
  const isDoubtful =
    timeOfStable(state, against) === 0 && state.templates.some((one) => isCommon(one, state, Infinity));
  return isDoubtful ? 'no pod of stable was read for any time, so it is not known which errors are new' : null;
}

function unreadWords(role: string, { unread }: LogArm): string {
  if (unread === null) return `the logs of ${role} could not be read`;
  if (unread.pods === 0) return `no pod of ${role} is ready whose logs could be read`;
  return `the logs of ${podsOf(unread.pods)} of ${role} could not be read: ${unread.reason}`;
}

function passing({ templates, candidate: { lines, allowed } }: LogsState): string {
  const own = templates.filter((template) => template.candidate > 0);
  if (lines === 0) return 'the candidate has logged nothing';
  if (own.length === 0) {
    const but = allowed === 0 ? '' : ` but ${allowed} that logs.allow allows`;
    return `no errors${but} in ${lines === 1 ? '1 line' : `${lines} lines`} of the candidate's logs`;
  }
  const rare = own.filter(({ stable, before }) => stable + before === 0);
  const allows = allowed === 0 ? '' : `; logs.allow allows ${allowed} errors more`;
  return `${own.length === 1 ? '1 kind' : `${own.length} kinds`} of errors in the candidate's logs, ${whose(own.length, rare.length)}${allows}`;
}

/** Of so many kinds these are rare, and the others are stable's too. */
function whose(kinds: number, rare: number): string {
  if (rare === 0) return 'which stable logs too';
  if (rare === kinds) return `which ${rare === 1 ? 'is' : 'are'} rare`;
  return `${kinds - rare} of which stable logs too; the others are rare`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function podsOf(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

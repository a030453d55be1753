/**
 * What the parts of the state document have room for, in bytes of JSON. What applications, people and Kubernetes say is
 * cut to it where it enters the document, and already where an activity gives it: both are kept in the history.
 *
 * 1. A state document has `largest.state` bytes at most, whatever it was told.
 */
import type {
  CheckResult,
  CheckValue,
  FailedProbe,
  Finding,
  PodWarning,
  SmokeEvidence,
  WarmUpEvidence,
  WatchCheckEvidence,
  WatchEvidence,
} from './evidence.ts';
import type { LogEvidence, LogsRead } from './log-evidence.ts';
import { clipToBytes } from './json-size.ts';
import type { DecisionRecord, SlotState, SwitchRecord } from './state.ts';

/** Temporal takes 2 MB for one payload, and warns from 512 kB on. */
export const largest = {
  /** A spec as it is given, before its defaults are filled in. */
  spec: 65_536,
  state: 330_000,
} as const;

/** Of single texts. */
const room = {
  name: 400,
  value: 100,
  sentence: 500,
  paragraph: 2_000,
  reason: 1_000,
  message: 4_000,
  image: 300,
  pod: 100,
  template: 250,
} as const;

const listed = {
  errors: 10,
  findings: 20,
  images: 10,
  checks: 50,
  watchChecks: 20,
  probes: 10,
  warnings: 10,
  templates: 10,
  podsOfTemplate: 3,
  podsOfLogs: 20,
} as const;

/** The logs of all smoke checks together. */
const roomForLogs = 16_000;

/** Why a step ended as it did; what a switch found. */
export function paragraph(text: string): string {
  return clipToBytes(text, room.paragraph);
}

/** A notice, or what is waited for. */
export function sentence(text: string): string {
  return clipToBytes(text, room.reason);
}

export function failureMessage(text: string): string {
  return clipToBytes(text, room.message);
}

/** An id, an app, a person. */
export function shortName(text: string): string {
  return clipToBytes(text, room.name);
}

export function boundedSlot(slot: SlotState): SlotState {
  return { ...slot, images: images(slot.images), imageDigests: images(slot.imageDigests) };
}

function images(texts: readonly string[]): string[] {
  return texts.slice(0, listed.images).map((text) => clipToBytes(text, room.image));
}

export function boundedWarmUp(evidence: WarmUpEvidence): WarmUpEvidence {
  const errors = evidence.errors.slice(0, listed.errors);
  return {
    ...evidence,
    errors: errors.map(({ message, count }) => ({ message: clipToBytes(message, room.sentence), count })),
  };
}

/** The logs of failed checks go before those of the others; each loses its beginning. */
export function boundedSmoke({ verdict, checks }: SmokeEvidence): SmokeEvidence {
  const kept = checks.slice(0, listed.checks);
  const logs = new Map<CheckResult, string>();
  let left = roomForLogs;
  for (const check of [...kept].sort((a, b) => Number(a.passed) - Number(b.passed))) {
    const log = clipEnd(check.log ?? '', Math.min(left, room.message));
    left -= room.message;
    logs.set(check, log);
  }
  return {
    verdict,
    checks: kept.map((check) => {
      const { name, kind, passed, detail, durationMs } = check;
      const log = logs.get(check) ?? '';
      const bounded = { name: shortName(name), kind, passed, detail: clipToBytes(detail, room.sentence), durationMs };
      return log === '' ? bounded : { ...bounded, log };
    }),
  };
}

export function boundedWatch(evidence: WatchEvidence): WatchEvidence {
  return {
    ...evidence,
    reason: paragraph(evidence.reason),
    findings: evidence.findings.slice(0, listed.findings).map(finding),
    unmeasured: evidence.unmeasured.slice(0, listed.errors).map(({ source, reason, count }) => ({
      source: shortName(source),
      reason: clipToBytes(reason, room.sentence),
      count,
    })),
    ...(evidence.checks === undefined ? {} : { checks: evidence.checks.slice(0, listed.watchChecks).map(watchCheck) }),
    ...boundedObservations(evidence),
    ...(evidence.logs === undefined ? {} : { logs: boundedLogs(evidence.logs) }),
  };
}

type Observed = Pick<WatchEvidence, 'failedProbes' | 'warnings' | 'usage'>;

function boundedObservations({ failedProbes, warnings, usage }: Observed): Observed {
  return {
    ...(failedProbes === undefined ? {} : { failedProbes: failedProbes.slice(0, listed.probes).map(boundedProbe) }),
    ...(warnings === undefined ? {} : { warnings: warnings.slice(0, listed.warnings).map(boundedWarning) }),
    ...(usage === undefined ? {} : { usage: { ...usage, why: usage.why && clipToBytes(usage.why, room.sentence) } }),
  };
}

function boundedProbe(probe: FailedProbe): FailedProbe {
  return { ...probe, request: shortName(probe.request), outcome: clipToBytes(probe.outcome, room.sentence) };
}

function boundedWarning(warning: PodWarning): PodWarning {
  return { ...warning, reason: shortName(warning.reason), message: clipToBytes(warning.message, room.sentence) };
}

function boundedLogs({ candidate, stable, templates, others }: LogEvidence): LogEvidence {
  const kept = templates.slice(0, listed.templates);
  return {
    candidate: boundedLogsRead(candidate),
    stable: stable && boundedLogsRead(stable),
    templates: kept.map((template) => ({
      ...template,
      template: clipToBytes(template.template, room.template),
      sample: clipToBytes(template.sample, room.template),
      pods: podNames(template.pods, listed.podsOfTemplate),
    })),
    others: others + templates.length - kept.length,
  };
}

function boundedLogsRead(read: LogsRead): LogsRead {
  return { ...read, pods: podNames(read.pods, listed.podsOfLogs) };
}

function podNames(names: readonly string[], most: number): string[] {
  return names.slice(0, most).map((name) => clipToBytes(name, room.pod));
}

function watchCheck({ name, verdict, candidate, stable, condition, reason }: WatchCheckEvidence): WatchCheckEvidence {
  return {
    name: clipToBytes(name, room.name),
    verdict,
    candidate: checkValue(candidate),
    stable: checkValue(stable),
    condition: clipToBytes(condition, room.name),
    reason: clipToBytes(reason, room.name),
  };
}

function checkValue(given: CheckValue): CheckValue {
  return typeof given === 'string' ? clipToBytes(given, room.value) : given;
}

function finding(found: Finding): Finding {
  return { ...found, reason: clipToBytes(found.reason, room.sentence) };
}

export function boundedSwitch(record: SwitchRecord): SwitchRecord {
  const { by, approvedBy, reason, verification } = record;
  return {
    ...record,
    fromImageDigests: images(record.fromImageDigests),
    toImageDigests: images(record.toImageDigests),
    by: shortName(by),
    approvedBy: approvedBy === null ? null : shortName(approvedBy),
    reason: sentence(reason),
    verification: paragraph(verification),
  };
}

export function boundedDecision(decision: DecisionRecord): DecisionRecord {
  return { ...decision, by: shortName(decision.by), reason: sentence(decision.reason) };
}

/** The end of a text; as many bytes from its beginning are left out as it has too many. */
function clipEnd(text: string, most: number): string {
  if (most <= 0) return '';
  // Each character has one byte at least, so the end is among these.
  const reversed = Array.from(text.slice(-most)).toReversed().join('');
  return Array.from(clipToBytes(reversed, most)).toReversed().join('');
}

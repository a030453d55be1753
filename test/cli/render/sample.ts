/** Deployments as the record of a workflow writes them. */
import type { DeploymentStatus } from '../../../src/client/index.ts';
import type { SlotMeasurement, WatchEvidence } from '../../../src/domain/evidence.ts';
import { DeploymentRecord } from '../../../src/domain/record.ts';
import type { Slot } from '../../../src/domain/slot.ts';
import { parseSpec } from '../../../src/domain/spec-mistakes.ts';
import type { DeploymentState, SlotState, StepName, SwitchRecord } from '../../../src/domain/state.ts';

export const now = new Date('2026-11-23T14:05:00Z');

/** A record whose clock moves on by a second a look. */
export function recorded(): DeploymentRecord {
  let at = Date.parse('2026-11-23T14:00:00Z');
  const start = { id: 'default/api', runId: 'run-1', requestedBy: 'ci', reason: 'build 7' };
  return new DeploymentRecord(start, () => new Date((at += 1_000)).toISOString());
}

/** A record that has come to `step`, which runs. */
export function recordAt(step: StepName, spec: Record<string, unknown> = {}): DeploymentRecord {
  const record = recorded();
  record.begin('preflight');
  const parsed = parseSpec({ app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' }, ...spec });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  record.planned({ spec: parsed.spec, stable: slot('blue', 'myapp:v1.0'), notices: [] });
  record.end('preflight', 'done', 'api-blue is live; the candidate becomes api-green');
  for (const name of ['deploy', 'warmUp', 'smoke', 'soak', 'approval', 'cutover', 'monitor'] as const) {
    if (name === step) break;
    record.begin(name);
    if (name === 'deploy') {
      record.seen({ candidate: slot('green', 'myapp:v2.0') });
      record.traffic('blue', 1);
    }
    if (name === 'cutover') record.switched(switchRecord());
    record.end(name, 'done', `${name} is done`);
  }
  record.begin(step);
  return record;
}

export function status(state: DeploymentState, changes: Partial<DeploymentStatus> = {}): DeploymentStatus {
  return { state: structuredClone(state), progress: null, retrying: null, ...changes };
}

export function slot(name: Slot, image: string, readyPods = 10): SlotState {
  return {
    slot: name,
    deployment: `api-${name}`,
    desiredPods: 10,
    readyPods,
    images: [image],
    imageDigests: [`docker.io/library/myapp@sha256:${name === 'blue' ? 'b' : 'a'}0123456789abcdef`],
    seenAt: now.toISOString(),
  };
}

export function switchRecord(changes: Partial<SwitchRecord> = {}): SwitchRecord {
  return {
    kind: 'cutover',
    from: 'blue',
    to: 'green',
    fromImageDigests: [],
    toImageDigests: [],
    by: 'ci',
    approvedBy: 'ann',
    reason: 'build 7',
    fence: 2,
    requestedAt: '2026-11-23T14:00:20Z',
    patchedAt: '2026-11-23T14:00:20.014Z',
    verifiedAt: '2026-11-23T14:00:20.226Z',
    requestToPatchMs: 14,
    patchToVerifiedMs: 212,
    verification: 'EndpointSlices hold exactly its 10 ready pods',
    ...changes,
  };
}

export function measurement(changes: Partial<SlotMeasurement> = {}): SlotMeasurement {
  return {
    requests: 1_203,
    errors: 0,
    errorRate: 0,
    p95Ms: 23.4,
    p99Ms: 41.7,
    restarts: 0,
    readyPods: 10,
    desiredPods: 10,
    ...changes,
  };
}

export function watch(changes: Partial<WatchEvidence> = {}): WatchEvidence {
  return {
    verdict: 'pass',
    reason: 'all thresholds hold',
    findings: [],
    candidate: measurement(),
    stable: measurement({ requests: 1_198 }),
    samples: 60,
    watchedMs: 300_000,
    unmeasured: [],
    ...changes,
  };
}

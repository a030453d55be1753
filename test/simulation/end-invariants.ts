/** What has to hold at the end of a deployment, by what it says of itself and what is there. The numbers are docs/invariants.md's. */
import type { WatchEvidence } from '../../src/domain/evidence.ts';
import { slotName, type Slot } from '../../src/domain/slot.ts';
import type { DeploymentState, SwitchRecord } from '../../src/domain/state.ts';
import { asSlot, type Facts, type SwitchFact } from './facts.ts';
import { replicasOf } from './model/objects.ts';
import { Violation, demand } from './violation.ts';

type EndCheck = (facts: Facts, state: DeploymentState) => void;

/** A watch that passes has measured, for long enough, and is right. Asked when the activity ends. */
export function invariant6(facts: Facts, step: 'soak' | 'monitor', evidence: WatchEvidence): void {
  const { plan, scenario, model } = facts;
  if (evidence.verdict !== 'pass' || plan === null) return;
  const { kind } = scenario.candidate;
  const bad = {
    soak: [
      'never-ready',
      'crash-loop',
      'pull-error',
      ...(scenario.spec.metrics ? ['errors', 'slow', 'no-metrics'] : []),
    ],
    monitor: [
      'never-ready',
      'crash-loop',
      'pull-error',
      ...(scenario.spec.metrics ? ['errors', 'errors-under-traffic', 'slow', 'no-metrics'] : []),
    ],
  }[step];
  demand(!bad.includes(kind), '6', () => `the ${step} passes a candidate that is ${kind}: ${evidence.reason}`);
  const pages = model.traffic.pagesRead.get(`${step} ${plan.candidateSlot}`) ?? 0;
  demand(!scenario.spec.metrics || pages > 0, '6', () => `the ${step} passes without a page of metrics`);
  const wanted = step === 'soak' ? scenario.spec.soakMs : scenario.spec.monitorMs;
  const took = facts.now - (facts.began.get(step) ?? facts.now);
  demand(took + 1_000 >= wanted, '6', () => `the ${step} passes after ${took} ms of ${wanted}`);
  const isUnused = step === 'monitor' && scenario.usersPerSecond === 0 && scenario.attemptFaults.length === 0;
  demand(!isUnused || !scenario.spec.metrics, '6', () => `the monitor passes without any user: ${evidence.reason}`);
}

/** A deployment goes on only past a watch that lets it. */
const invariant6Steps: EndCheck = (facts, state) => {
  const isOut = facts.switches.some(({ activity }) => activity === 'cutover');
  const watches = [
    ['soak', facts.scenario.spec.soakMs, isOut],
    ['monitor', facts.scenario.spec.monitorMs, state.outcome === 'finished' || state.outcome === 'superseded'],
  ] as const;
  for (const [step, duration, wentOn] of watches) {
    if (duration === 0 || !wentOn) continue;
    const evidence = state.evidence[step];
    demand(evidence !== null, '6', () => `went on past the ${step} without evidence`);
    const { verdict } = evidence;
    const isTolerated = verdict === 'insufficient-data' && facts.scenario.spec.onInsufficientData === 'continue';
    const isHeld = step === 'monitor' && verdict === 'fail' && !facts.scenario.spec.automatic;
    demand(verdict === 'pass' || isTolerated || isHeld, '6', () => `went on past a ${step} that said ${verdict}`);
  }
};

/** What a worker or a connection may do without any other end than without it. */
const survivable: ReadonlySet<string> = new Set([
  'preflight',
  'deploy',
  'warmUp',
  'smoke',
  'cutover',
  'drain',
  'teardown',
]);

/** Whether nothing happens that could end the deployment otherwise than well. */
function hasToFinish({ scenario, plan }: Facts): boolean {
  const { spec, candidate, approvesAfterMs, usersPerSecond, happenings, attemptFaults, requestFaults } = scenario;
  const isMeasured =
    !spec.metrics || usersPerSecond > 0 || spec.monitorMs === 0 || spec.onInsufficientData === 'continue';
  const isApproved = !spec.approval || approvesAfterMs !== null;
  const isHarmless = attemptFaults.every(
    // Two of the same attempt take each other's Job for a leftover.
    ({ activity, fault }) => survivable.has(activity) && !(activity === 'smoke' && fault.kind === 'twice'),
  );
  const isShort = requestFaults.every(({ on, kind }) => on === 'switch' && kind !== 'late' && kind !== 'slow');
  const isWell = candidate.kind === 'healthy' && isMeasured && isApproved && plan !== null;
  return isWell && isHarmless && isShort && happenings.length === 0;
}

const invariant7SameEnd: EndCheck = (facts, { outcome, failure }) => {
  if (!hasToFinish(facts)) return;
  demand(
    outcome === 'finished',
    '7',
    () => `${outcome} (${failure?.message ?? ''}), and would have finished without faults`,
  );
};

const invariant7End: EndCheck = (facts, state) => {
  const { plan, stableAtStart } = facts;
  if (state.outcome === 'refused') {
    demand(facts.changesByProduct === 0, '7', () => `refused, after ${facts.changesByProduct} changes`);
    return;
  }
  if (plan === null) return;
  const { stableSlot: stable, candidateSlot: candidate } = plan;
  demand(facts.serviceDisturbed || stable === stableAtStart, '7', () => `took ${String(stable)} for stable`);
  switch (state.outcome) {
    case 'finished':
    case 'superseded':
      expectLive(facts, state, candidate);
      expectSize(facts, candidate, plan.spec.replicas ?? 1);
      if (stable !== null && state.outcome === 'superseded') expectSize(facts, stable, facts.scenario.spec.replicas);
      if (stable !== null && state.outcome === 'finished') expectRemoved(facts, state, stable, plan.spec.teardown);
      return;
    case 'rolled-back':
    case 'rejected':
    case 'approval-timed-out':
      if (facts.changesByProduct > 0) expectLive(facts, state, stable);
      if (stable !== null) expectSize(facts, stable, facts.scenario.spec.replicas);
      // What earlier deployments have left is the next one's to remove, once it has begun to deploy.
      if (facts.began.has('deploy') && !facts.candidateCameLate && !isExcused(state))
        expectRemoved(facts, state, candidate, 'delete');
      return;
    case 'rollback-failed':
      demand(
        facts.podsDisturbed || facts.serviceDisturbed,
        '7',
        () => `the rollback failed, though nobody was in its way: ${state.notices.at(-1)?.text ?? ''}`,
      );
      return;
    case 'failed':
      // Before the plan nothing was done; after it only the removal of stable ends so, where somebody is in its way.
      demand(
        facts.podsDisturbed ||
          facts.serviceDisturbed ||
          facts.scenario.attemptFaults.length > 0 ||
          facts.scenario.requestFaults.length > 0,
        '7',
        () => `failed, though nobody was in its way: ${state.failure?.message ?? ''}`,
      );
      return;
    case 'running':
    case 'terminated':
      throw new Violation('liveness', `the document at the end says that it is ${state.outcome}`);
  }
};

/** The product says that it could not, or would not, remove the candidate. */
function isExcused({ notices }: DeploymentState): boolean {
  return notices.some(({ text }) => /candidate was kept|could not be removed|was left as it is/.test(text));
}

function expectLive({ model, serviceDisturbed }: Facts, { outcome }: DeploymentState, slot: Slot | null): void {
  const live = model.liveVersion;
  // Before the first deployment nothing is live, whether or not the Service was parked for it.
  const isRight = slot === null ? live === undefined || live === 'none' : live === slot;
  demand(serviceDisturbed || isRight, '7', () => `${outcome}, but ${String(live)} is live`);
}

function expectSize(facts: Facts, slot: Slot, replicas: number): void {
  if (facts.podsDisturbed || facts.serviceDisturbed) return;
  const deployment = facts.model.deployment(slot);
  const name = slotName(facts.model.app, slot);
  demand(deployment !== null, '7', () => `${name} is gone`);
  const size = replicasOf(deployment);
  demand(size === replicas, '7', () => `${name} has ${size} replicas instead of ${replicas}`);
  const ready = facts.model.readyPods(slot);
  demand(ready > 0, '7', () => `${name} has no ready pod`);
}

function expectRemoved(facts: Facts, { outcome }: DeploymentState, slot: Slot, how: 'delete' | 'scale-to-zero'): void {
  if (facts.podsDisturbed || facts.serviceDisturbed) return;
  const deployment = facts.model.deployment(slot);
  const name = slotName(facts.model.app, slot);
  demand(how === 'scale-to-zero' || deployment === null, '7', () => `${outcome}, but ${name} is still there`);
  const pods = facts.model.podsOf(slot).length;
  demand(pods === 0, '7', () => `${outcome}, but ${name} has ${pods} pods`);
}

/** A cutover whose end the workflow did not wait for is on record as a notice. */
const cutoverNotice = /the cutover may have reached the Service/;

const invariant8: EndCheck = (facts, state) => {
  const made = facts.switches.filter(({ activity }) => activity !== 'deploy');
  for (const fact of made) {
    const record = state.switches.find((one) => isOf(one, fact));
    if (record === undefined) {
      // Where nothing could find out, it is said that it may be so.
      const isNoticed =
        fact.activity === 'cutover' &&
        state.outcome === 'rollback-failed' &&
        state.notices.some(({ text }) => cutoverNotice.test(text));
      // A switch that somebody has taken back by hand, before the workflow knew of it, leaves it nothing to see.
      demand(
        isNoticed || facts.serviceDisturbed,
        '8',
        () => `the ${fact.activity} to ${String(fact.to)} is not on record`,
      );
    } else expectComplete(facts, state, fact, record);
  }
  const invented = state.switches.find((record) =>
    record.kind === 'by-hand' ? !wasByHand(facts, record) : !made.some((fact) => isOf(record, fact)),
  );
  demand(invented === undefined, '8', () => `a ${invented?.kind ?? ''} is on record that nobody made`);
  invariant8ByHand(facts, state);
};

const watched: ReadonlySet<string> = new Set(['soak', 'monitor', 'retention']);

/** What somebody did to the selector is on record, too, where it was watched and nothing else came in between. */
function invariant8ByHand({ handEdits, scenario, endedAt }: Facts, { switches }: DeploymentState): void {
  const { attemptFaults, requestFaults, happenings } = scenario;
  if (attemptFaults.length + requestFaults.length > 0 || happenings.length > 1) return;
  const [edit] = handEdits;
  if (edit === undefined || !watched.has(edit.phase) || (endedAt ?? 0) < edit.at) return;
  const isRecorded = switches.some(({ kind, to }) => kind === 'by-hand' && to === asSlot(edit.to));
  demand(
    isRecorded,
    '8',
    () => `the selector was moved to ${String(edit.to)} by hand in ${edit.phase}, off the record`,
  );
}

function isOf(record: SwitchRecord, { activity, to, fence }: SwitchFact): boolean {
  return record.kind === activity && (record.to ?? 'none') === to && record.fence === fence;
}

/**
 * The API server tells the time of a change to the second. A cutover that was not reported, and whose annotations were
 * wiped, looks as one by hand where the API server names no field manager, as the model does not.
 */
function wasByHand({ handEdits, switches, scenario }: Facts, { to, patchedAt }: SwitchRecord): boolean {
  const isWiped = scenario.happenings.some(({ what }) => what.kind === 'wipe-annotations');
  if (isWiped && switches.some((made) => asSlot(made.to) === to)) return true;
  return handEdits.some((edit) => asSlot(edit.to) === to && edit.at <= Date.parse(patchedAt) + 1_000);
}

function expectComplete(facts: Facts, state: DeploymentState, fact: SwitchFact, record: SwitchRecord): void {
  const words = `the record of the ${record.kind}`;
  demand(
    (record.from ?? 'none') === (asSlot(fact.from) ?? 'none'),
    '8',
    () => `${words} is from ${String(record.from)}`,
  );
  const off = Math.abs(Date.parse(record.patchedAt) - fact.at);
  demand(off <= 15_000, '8', () => `${words} is ${off} ms off`);
  demand(Date.parse(record.requestedAt) <= fact.at, '8', () => `${words} was asked for after it was made`);
  demand(
    record.reason !== '' && record.verification !== '',
    '8',
    () => `${words} has no reason, or not what it is based on`,
  );
  const by = record.kind === 'cutover' ? 'ci' : (interrupter(state) ?? 'automatic');
  demand(record.by === by, '8', () => `${words} is by ${record.by} instead of ${by}`);
  if (record.kind === 'cutover' && facts.scenario.spec.approval) {
    const approval = state.decisions.find(({ kind }) => kind === 'approve');
    demand(approval !== undefined, '8', () => `there was a cutover that nobody approved`);
    demand(record.approvedBy === approval.by, '8', () => `${words} names ${String(record.approvedBy)} as approver`);
    demand(Date.parse(approval.at) <= fact.at, '8', () => `the cutover came before its approval`);
  }
  if (facts.podsDisturbed || facts.serviceDisturbed) return;
  const candidate = record.kind === 'cutover' ? record.toImageDigests : record.fromImageDigests;
  demand(candidate.join() === 'app:v2@sha256:of-app:v2', '8', () => `${words} has the digests ${candidate.join()}`);
}

function interrupter({ decisions }: DeploymentState): string | undefined {
  return decisions.find(({ kind }) => kind !== 'approve' && kind !== 'finish')?.by;
}

/** It ends, and says so; what was accepted was done; production is served. */
const liveness: EndCheck = (facts, state) => {
  const open = state.steps.filter(({ status }) => status === 'running' || status === 'pending');
  demand(open.length === 0, 'liveness', () => `at the end ${open.map(({ name }) => name).join()} is still open`);
  const { outcome } = state;
  const back: readonly string[] = ['rolled-back', 'rejected', 'rollback-failed'];
  for (const name of ['rollback', 'reject'])
    demand(!facts.accepted.has(name) || back.includes(outcome), 'liveness', () => `${name} was accepted; ${outcome}`);
  if (facts.podsDisturbed || facts.serviceDisturbed || facts.scenario.first) return;
  const live = facts.model.liveVersion;
  const ready = live === 'blue' || live === 'green' ? facts.model.readyPods(live) : 0;
  demand(ready > 0, 'liveness', () => `${outcome}: production selects ${String(live)}, which has no ready pod`);
};

export const atTheEnd: readonly EndCheck[] = [invariant6Steps, invariant7SameEnd, invariant7End, invariant8, liveness];

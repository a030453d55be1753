/**
 * The invariants of docs/invariants.md as the simulation checks them, each by its number; 5 is about databases, which are not
 * built yet, and is left out.
 *
 * They are about what the product does. Where people change things by hand, a request of the product is judged at the
 * moment when it takes effect, by what the API server had told the attempt that sent it: the product cannot know more,
 * and must not act on less, nor on what it was told long ago.
 *
 * 1. Each switch goes between the two slots of the plan, or is a rollback from what somebody set by hand and no ready pod
 *    has, as the attempt that sent it had just been told; it changes nothing else of the selector, and was sent by an attempt
 *    that had just been told that the slot has the ready pods that the spec demands. Where nobody disturbs pods, both are so
 *    at the moment of the effect.
 * 2. Whatever takes pods from a slot, or changes it, was sent by an attempt that had just been told that production
 *    selects something else; and production does, unless somebody has switched it by hand since.
 * 3. From the cutover to the teardown nothing of stable changes, unless it was changed by hand and the rollback or the retention repairs it;
 *    it has the pods that a rollback demands, and a rollback that nothing hinders is made within a second.
 * 4. A change of the Service takes effect only on the Service as its attempt had read it; each switch raises the fence;
 *    after the rollback has written its word, after the end, or where another deployment has the Service, nothing of this
 *    deployment moves traffic. There is one cutover.
 * 6. A watch passes only a candidate that was measured, for as long as the spec says, and that is good in truth; a
 *    deployment goes on past a watch only as the spec says.
 * 7. The end is what the outcome says, whatever ran twice, died or came late.
 * 8. Every switch is on record with who, why, when, from and to, and on which approval; the record has no other switch.
 * 9. No value of a Secret, and no list that grows, is in anything that Temporal keeps.
 */
import type { Effect } from './model/api-server.ts';
import { collections, hasLabels, isReady, selectorOf, type KubeObject } from './model/objects.ts';
import { canary } from './model/cluster-model.ts';
import { wordLabels } from './model/knowledge.ts';
import {
  activityOf,
  asSlot,
  fenceOf,
  ownerOfService,
  replicasAfter,
  replicasBefore,
  slotOf,
  versionOf,
  type Facts,
} from './facts.ts';
import { demandedPods, service } from './scenario.ts';
import { demand } from './violation.ts';

type Check = (facts: Facts, effect: Effect) => void;

/** How old what an attempt was told may be when it acts on it. */
const freshMs = 1_000;

const isProduction = ({ collection, name }: Effect): boolean => collection === collections.services && name === service;

export const invariant1: Check = (facts, effect) => {
  if (!isProduction(effect)) return;
  const { before, after } = effect;
  demand(before !== null && after !== null, '1', () => `${describe(effect)} made or deleted the production Service`);
  demand(othersOf(before) === othersOf(after), '1', () => `${describe(effect)} changed more than version`);
  const [from, to] = [versionOf(before), versionOf(after)];
  if (from === to) return;
  const activity = activityOf(effect);
  const words = `${describe(effect)} switched from ${String(from)} to ${String(to)}`;
  if (activity === 'deploy') {
    const selected = facts.model.store.list(collections.pods).filter((pod) => hasLabels(pod, selectorOf(before)));
    demand(to === 'none' && selected.length === 0, '1', () => `${words}, though ${selected.length} pods were selected`);
    return;
  }
  const { plan } = facts;
  demand(plan !== null && (activity === 'cutover' || activity === 'rollback'), '1', () => `${words} out of turn`);
  const [stable, candidate] = [plan.stableSlot ?? 'none', plan.candidateSlot];
  const planned = activity === 'cutover' ? [stable, candidate] : [candidate, stable];
  // A selector with which nothing is served is no slot of the plan, and a rollback gives it to stable.
  const isRescue = activity === 'rollback' && facts.serviceDisturbed && asSlot(from) === null;
  demand(
    (from === planned[0] || isRescue) && to === planned[1],
    '1',
    () => `${words} instead of from ${planned.join(' to ')}`,
  );
  if (isRescue) demandUnserved(facts, effect, words);
  const slot = asSlot(to);
  if (slot === null) return;
  const needed = demandedPods(plan.spec, activity);
  const told = effect.known?.slots[slot];
  demand(told !== undefined, '1', () => `${words} without having read the pods of ${slot}`);
  demand(told.ready >= needed, '1', () => `${words}, told of ${told.ready} ready pods of ${needed}`);
  const age = (effect.sentAt ?? 0) - told.at;
  demand(age <= freshMs, '1', () => `${words} on pods as they were ${age} ms before`);
  const ready = facts.model.readyPods(slot);
  demand(facts.podsDisturbed || ready >= needed, '1', () => `${words} with ${ready} ready pods of ${needed}`);
};

/** Nobody is served by what production selects: no ready pod has its labels. */
function demandUnserved(facts: Facts, { before, known, sentAt }: Effect, words: string): void {
  const selector = before === null ? {} : selectorOf(before);
  // As an empty selector, which selects no pod.
  if (Object.keys(selector).length === 0) return;
  const told = known?.lists.get(wordLabels(selector));
  demand(told !== undefined, '1', () => `${words} without having read the pods that were selected`);
  demand(told.ready === 0, '1', () => `${words}, told of ${told.ready} ready pods that were selected`);
  const age = (sentAt ?? 0) - told.at;
  demand(age <= freshMs, '1', () => `${words} on what was selected as it was ${age} ms before`);
  const ready = facts.model.store.list(collections.pods).filter((pod) => hasLabels(pod, selector) && isReady(pod));
  demand(facts.podsDisturbed || ready.length === 0, '1', () => `${words}, though ${ready.length} ready pods served`);
}

export const invariant2: Check = (facts, effect) => {
  const slot = slotOf(effect, facts.model.app);
  if (slot === null || isRestoring(effect)) return;
  const told = effect.known?.service;
  const words = `${describe(effect)} changed the slot ${slot}`;
  demand(told != null, '2', () => `${words} without having read the production Service`);
  demand(told.version !== slot, '2', () => `${words}, told that production selects it`);
  const age = (effect.sentAt ?? 0) - told.at;
  demand(age <= freshMs, '2', () => `${words} on the Service as it was ${age} ms before`);
  if (facts.model.liveVersion !== slot) return;
  const { who, version } = facts.selectorChangedBy;
  demand(who === 'somebody' && told.asOf < version, '2', () => `${words}, which production selects`);
};

export const invariant3: Check = (facts, effect) => {
  const { plan } = facts;
  const stable = plan?.stableSlot ?? facts.stableAtStart;
  if (stable === null || slotOf(effect, facts.model.app) !== stable) return;
  if (activityOf(effect) === 'teardown' && facts.phase === 'teardown') {
    const kept = facts.now - (facts.phasesBegan.get('retention') ?? facts.now);
    const words = `stable was kept for ${kept} ms of ${facts.scenario.spec.retentionMs}`;
    demand(facts.said.has('finish') || kept >= facts.scenario.spec.retentionMs, '3', () => words);
    return;
  }
  const isRepair = isRestoring(effect) && facts.slotTouched(stable);
  demand(isRepair, '3', () => `${describe(effect)} changed stable in ${facts.phase}`);
};

/** What a rollback needs is there, from the cutover until the teardown. Asked at each step. */
export function invariant3Always(facts: Facts): void {
  const { plan, model, phase, endedAt } = facts;
  const stable = plan?.stableSlot ?? null;
  if (plan === null || stable === null || endedAt !== null || facts.podsDisturbed) return;
  if (!facts.switches.some(({ activity }) => activity === 'cutover') || phase === 'teardown') return;
  const [ready, needed] = [model.readyPods(stable), demandedPods(plan.spec, 'rollback')];
  demand(ready >= needed, '3', () => `in ${phase} stable has ${ready} ready pods of the ${needed} for a rollback`);
}

/** A rollback that nothing hinders is made at once. */
export const invariant3Speed: Check = (facts, effect) => {
  if (!isProduction(effect) || activityOf(effect) !== 'rollback' || facts.gaveBackAt !== null) return;
  const { attemptFaults, requestFaults } = facts.scenario;
  if (attemptFaults.length + requestFaults.length > 0 || facts.podsDisturbed || facts.serviceDisturbed) return;
  const took = facts.now - (facts.began.get('rollback') ?? facts.now);
  demand(took <= 1_000, '3', () => `the rollback came after ${took} ms, with nothing in its way`);
};

export const invariant4: Check = (facts, effect) => {
  if (!isProduction(effect)) return;
  const { before, after, known } = effect;
  const activity = activityOf(effect);
  const words = describe(effect);
  const told = known?.service;
  demand(told != null, '4', () => `${words} patched the Service without having read it`);
  const isAsRead = told.version === versionOf(before) && sameFence(told.fence, fenceOf(before));
  demand(isAsRead, '4', () => `${words} patched a Service that was changed since it was read`);
  const owner = ownerOfService(before);
  const own = `${facts.workflowId}/${facts.runId}`;
  // Who claims, or gives up a claim that may be on its way still, takes the Service from whoever had it.
  const isFree = owner === null || owner === own || activity === 'deploy' || !facts.deployed;
  demand(isFree, '4', () => `${words} patched the Service that ${owner ?? ''} holds`);
  const [fence, next] = [fenceOf(before), fenceOf(after)];
  const isSwitch = versionOf(before) !== versionOf(after);
  demand(!isSwitch || next > fence, '4', () => `${words} switched under fence ${next} after ${fence}`);
  demand(!(next < fence), '4', () => `${words} lowered the fence from ${fence} to ${next}`);
  const isLate = facts.gaveBackAt !== null && activity !== 'rollback';
  demand(!isLate, '4', () => `${words} changed the Service after the rollback had`);
  demand(facts.endedAt === null || !isSwitch, '4', () => `${words} switched after the end of the deployment`);
  const again = activity === 'cutover' && isSwitch && facts.switches.some((one) => one.activity === 'cutover');
  demand(!again, '4', () => `${words} made a second cutover`);
};

/** Nothing else than what a deployment is about is ever changed, and nothing of another deployment. */
export const invariant7: Check = (facts, effect) => {
  const { collection, method, name, before } = effect;
  const words = describe(effect);
  const told = effect.known?.service?.asOf ?? 0;
  const isLate = activityOf(effect) === 'deploy' && told >= facts.gaveBackVersion;
  demand(!isLate, '7', () => `${words}, told that the deployment was rolled back`);
  const kinds: readonly string[] = [
    collections.services,
    collections.deployments,
    collections.events,
    collections.jobs,
  ];
  demand(kinds.includes(collection), '7', () => `${words} has no business there`);
  demand(!(method === 'DELETE' && collection === collections.services), '7', () => `${words} deleted a Service`);
  const slot = slotOf(effect, facts.model.app);
  if (slot === null || activityOf(effect) !== 'teardown' || slot !== facts.plan?.candidateSlot) return;
  const by = before?.metadata.annotations?.['cutover.dev/deployment'];
  demand(by === facts.runId, '7', () => `${words} removed ${name}, which ${by ?? 'somebody'} had made`);
};

/** Of everything that Temporal keeps. */
export function invariant9(what: string, value: unknown): void {
  const text = JSON.stringify(value) ?? '';
  demand(!secretForms.some((form) => text.includes(form)), '9', () => `the ${what} has the value of a Secret in it`);
  demand(text.length <= 60_000, '9', () => `the ${what} has ${text.length} characters`);
  const long = longList(value);
  demand(long === null, '9', () => `the ${what} has a list of ${long}`);
}

export const onEffect: readonly Check[] = [invariant1, invariant2, invariant3, invariant3Speed, invariant4, invariant7];

const secretForms = [canary, Buffer.from(canary).toString('base64')];

/** What is kept by time, or by count, has its own bounds: all else is a handful. */
const mostItems: Readonly<Record<string, number>> = { series: 60, points: 60, looks: 60, probabilities: 1_000 };

function longList(value: unknown, name = ''): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value) && value.length > (mostItems[name] ?? 24)) return `${value.length} items: ${name}`;
  for (const [key, one] of Object.entries(value)) {
    const long = longList(one, key);
    if (long !== null) return long;
  }
  return null;
}

/** The repair of a stable slot that was scaled down. */
function isRestoring(effect: Effect): boolean {
  const activity = activityOf(effect);
  const repairs = activity === 'rollback' || activity === 'retention';
  return repairs && replicasAfter(effect) > replicasBefore(effect);
}

function sameFence(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The Service's selector without the slot. */
function othersOf(object: KubeObject): string {
  const { version: _version, ...others } = selectorOf(object);
  return JSON.stringify(others);
}

function describe({ caller, method, name }: Effect): string {
  return `${caller === 'somebody' ? caller : caller.id} by ${method} ${name}`;
}

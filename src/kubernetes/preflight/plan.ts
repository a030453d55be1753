/** Which slot is stable and which becomes the candidate, from what is there. Pure. */
import { otherSlot, slotName, slots, type Slot } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import { describeSelector, noSlot, unreadableFence, type ProductionService } from '../production.ts';
import type { Facts } from './facts.ts';

export interface Plan {
  /** null in the first deployment of an app. */
  readonly stableSlot: Slot | null;
  readonly candidateSlot: Slot;
}

export type Planning =
  | { readonly ok: true; readonly plan: Plan }
  /** `field` is the one of the spec that the problems are about. */
  | { readonly ok: false; readonly field: PlanField; readonly problems: readonly string[] };

type PlanField = 'namespace' | 'service' | 'app';

/** The plan, or why there can be none: each problem names the object and what to do. */
export function makePlan(spec: Spec, facts: Facts): Planning {
  const { production } = facts;
  if (production === null) return refuse(...noService(spec, facts));
  const problem = serviceProblem(spec, production);
  if (problem !== null) return refuse(...problem);
  const { slot } = production;
  if (slot !== null && facts.slots[slot] !== null) {
    return { ok: true, plan: { stableSlot: slot, candidateSlot: otherSlot(slot) } };
  }
  return facts.selectsPods
    ? refuse('service', noSlotSelected(spec, production))
    : firstDeployment(spec, facts, production);
}

function firstDeployment(spec: Spec, facts: Facts, production: ProductionService): Planning {
  const { slot } = production;
  const parked = production.selector['version'] === noSlot;
  const existing = slots.filter((one) => facts.slots[one] !== null).map((one) => slotName(spec.app, one));
  if (existing.length > 0 && !parked) {
    return refuse(
      'service',
      `the Service "${spec.service}" selects ${describeSelector(production.selector)}, which no pod has, although there is the Deployment ${existing.join(' and ')}: set the selector's version to the slot that is to be live, or delete the Deployment for a first deployment`,
    );
  }
  return { ok: true, plan: { stableSlot: null, candidateSlot: parked ? 'blue' : (slot ?? 'blue') } };
}

type Problem = readonly [field: PlanField, problem: string];

function noService({ service, namespace }: Spec, { namespaceExists }: Facts): Problem {
  return namespaceExists
    ? [
        'service',
        `there is no Service "${service}" in namespace "${namespace}": correct service in the spec, or create it (its selector: app and version)`,
      ]
    : ['namespace', `there is no namespace "${namespace}": correct namespace in the spec, or create it`];
}

function noSlotSelected({ service, app }: Spec, { selector, slot }: ProductionService): string {
  if (slot !== null) {
    return `the Service "${service}" selects pods with version ${slot}, but there is no Deployment "${slotName(app, slot)}" that they belong to: the live slot has to be a Deployment of that name`;
  }
  const version = selector['version'];
  const has = version === undefined ? 'has no version in its selector' : `selects version "${version}"`;
  return `the Service "${service}" ${has} (${describeSelector(selector)}), but it serves pods: label the live Deployment's pods and its selector with version: blue, name it "${slotName(app, 'blue')}", then add version: blue to the Service's selector`;
}

function serviceProblem({ service, app }: Spec, production: ProductionService): Problem | null {
  const { object, selector } = production;
  const { type } = object.spec ?? {};
  if (type === 'ExternalName') {
    return [
      'service',
      `the Service "${service}" is of type ExternalName, which selects no pods: use a Service with a selector`,
    ];
  }
  if (Object.keys(selector).length === 0) {
    return [
      'service',
      `the Service "${service}" has no selector: give it app: ${app} and the version of the live slot`,
    ];
  }
  if (production.fence === null) return ['service', unreadableFence(production)];
  if (selector['app'] === app) return null;
  const found = selector['app'] === undefined ? 'does not select by app' : `selects app "${selector['app']}"`;
  return [
    'app',
    `the Service "${service}" ${found}, the spec is for app "${app}": correct app or service in the spec, or the selector`,
  ];
}

function refuse(...[field, problem]: Problem): Planning {
  return { ok: false, field, problems: [problem] };
}

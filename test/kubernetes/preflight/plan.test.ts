import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/kubernetes/preflight/plan.ts';
import { viewProduction } from '../../../src/kubernetes/production.ts';
import { service, specOf } from '../objects.ts';
import { factsOf, slotView } from './facts.ts';

const nothing = { blue: null, green: null };

describe('the plan', () => {
  it('takes the slot that the Service selects for stable, whichever it is', () => {
    expect(makePlan(specOf(), factsOf())).toEqual({ ok: true, plan: { stableSlot: 'blue', candidateSlot: 'green' } });
    const turned = factsOf({
      production: viewProduction(service('green')),
      slots: { blue: slotView('blue'), green: slotView('green') },
    });
    expect(makePlan(specOf(), turned)).toEqual({ ok: true, plan: { stableSlot: 'green', candidateSlot: 'blue' } });
  });

  it.each([['blue'], ['none'], [null]])(
    'makes blue of a first deployment, where the Service selects version %s',
    (version) => {
      const facts = factsOf({ production: viewProduction(service(version)), slots: nothing, selectsPods: false });
      expect(makePlan(specOf(), facts)).toEqual({ ok: true, plan: { stableSlot: null, candidateSlot: 'blue' } });
    },
  );

  it('makes a first deployment too of what a rolled back one has left', () => {
    const facts = factsOf({ production: viewProduction(service('none')), selectsPods: false });
    expect(makePlan(specOf(), facts)).toMatchObject({ ok: true, plan: { stableSlot: null, candidateSlot: 'blue' } });
  });
});

describe('there is no plan', () => {
  const named = viewProduction({ ...service(), spec: { type: 'ExternalName', externalName: 'x.example' } });

  it.each([
    ['no Service', factsOf({ production: null }), 'there is no Service "api-service"'],
    ['no namespace', factsOf({ production: null, namespaceExists: false }), 'there is no namespace "default"'],
    ['an ExternalName', factsOf({ production: named }), 'ExternalName'],
    ['no selector', factsOf({ production: viewProduction({ ...service(), spec: {} }) }), 'has no selector'],
    ['no version, but pods', factsOf({ production: viewProduction(service(null)) }), 'has no version in its selector'],
    [
      'another version, with pods',
      factsOf({ production: viewProduction(service('purple')) }),
      'selects version "purple"',
    ],
    ['pods without their Deployment', factsOf({ slots: nothing }), 'there is no Deployment "api-blue"'],
    [
      'nothing live beside a Deployment',
      factsOf({ production: viewProduction(service('green')), selectsPods: false }),
      'although there is the Deployment api-blue',
    ],
  ])('with %s', (_, facts, problem) => {
    expect(makePlan(specOf(), facts)).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });

  it('for an app other than the one that the Service selects', () => {
    expect(makePlan(specOf({ app: 'shop' }), factsOf())).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('selects app "api", the spec is for app "shop"')],
    });
  });
});

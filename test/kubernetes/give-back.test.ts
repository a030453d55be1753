import { describe, expect, it } from 'vitest';
import {
  nextGiveBack,
  putOnStable,
  rescuedSelector,
  switchBackPatch,
  type GiveBack,
} from '../../src/kubernetes/give-back.ts';
import { viewProduction, type ProductionService } from '../../src/kubernetes/production.ts';
import { service } from './objects.ts';

const stablePods = { app: 'api', version: 'blue', tier: 'web' };
const wanted = {
  ...{ namespace: 'default', app: 'api', runId: 'run-1', inPlaceOf: null },
  ...{ stable: 'blue', candidate: 'green', fence: 3, stableLabels: stablePods },
} as const satisfies GiveBack;

function live(selector: Record<string, string>, annotations: Record<string, string> = {}): ProductionService {
  const own = { 'cutover.dev/owner': 'default/api/run-1', 'cutover.dev/fence': '3', ...annotations };
  const object = service('blue', { annotations: own });
  return viewProduction({ ...object, spec: { ...object.spec, selector } });
}

describe('production is', () => {
  it.each([
    ['on the candidate', { app: 'api', version: 'green' }, 'switch'],
    [
      'on the candidate, by a label that was there before, too',
      { app: 'api', version: 'green', tier: 'web' },
      'switch',
    ],
    ['on stable', { app: 'api', version: 'blue' }, 'release'],
    ['on stable, by a label that was there before, too', { app: 'api', version: 'blue', tier: 'web' }, 'release'],
    ['on the stable slot of another app', { app: 'shop', version: 'blue' }, 'changed'],
    ['on the candidate of another app', { app: 'shop', version: 'green' }, 'changed'],
    ['on stable without its app', { version: 'blue' }, 'changed'],
    ['on what stable does not have, of its version', { app: 'api', version: 'blue', tier: 'db' }, 'changed'],
    ['on what stable does not have, of the candidate’s', { app: 'api', version: 'green', canary: 'yes' }, 'changed'],
    ['on no slot', { app: 'api', version: 'purple' }, 'changed'],
    ['on nothing', {}, 'changed'],
  ] as const)('%s', (_, selector, kind) => {
    expect(nextGiveBack(live(selector), wanted)).toMatchObject({ kind, fence: 4 });
  });

  it('on a slot by labels that nobody can compare, where stable’s are not known', () => {
    const selector = { app: 'api', version: 'green', tier: 'db' };
    expect(nextGiveBack(live(selector), { ...wanted, stableLabels: null })).toMatchObject({ kind: 'switch' });
  });

  it('where it was before a first deployment, whatever else it selects', () => {
    const first = { ...wanted, stable: null, stableLabels: null };
    expect(nextGiveBack(live({ app: 'api', version: 'none' }), first)).toMatchObject({ kind: 'release' });
    expect(nextGiveBack(live({ app: 'shop', version: 'green' }), first)).toMatchObject({ kind: 'changed' });
  });
});

it('a selector that was changed by hand keeps the labels that stable’s pods have, and loses the others', () => {
  const changed = live({ app: 'shop', version: 'purple', tier: 'web', canary: 'yes' });
  expect(rescuedSelector(changed, wanted)).toEqual(stablePods);
  expect(putOnStable(changed, wanted)).toEqual({ spec: { selector: { app: 'api', version: 'blue', canary: null } } });
});

it('a switch back tests all of the selector', () => {
  const selector = { app: 'api', version: 'green', tier: 'web' };
  const patch = switchBackPatch(live(selector), wanted, { kind: 'switch', fence: 4, undoes: null }, new Date());
  expect(patch).toContainEqual({ op: 'test', path: '/spec/selector', value: selector });
});

describe('a fence that is no number', () => {
  const cutOver = {
    'cutover.dev/switched-at': 'then',
    'cutover.dev/switched-by': 'run-1',
    'cutover.dev/switched-to': 'green',
  };

  it.each(['abc', '', '-1', '1.5', '1e3', '0x10', '99999999999999999999'])('"%s" gives way to the next', (fence) => {
    const edited = live({ app: 'api', version: 'green' }, { 'cutover.dev/fence': fence });
    expect(edited.fence).toBeNull();
    expect(nextGiveBack(edited, wanted)).toEqual({ kind: 'switch', fence: 4, undoes: null });
  });

  it('is taken for what a cutover has made it that could not be reported', () => {
    const edited = live({ app: 'api', version: 'green' }, { ...cutOver, 'cutover.dev/fence': 'abc' });
    expect(nextGiveBack(edited, wanted)).toEqual({ kind: 'switch', fence: 5, undoes: { fence: 4, at: 'then' } });
  });

  it('stops no deployment from giving up that never claimed the Service', () => {
    const edited = viewProduction(service('blue', { annotations: { 'cutover.dev/fence': 'abc' } }));
    expect(nextGiveBack(edited, { ...wanted, fence: null })).toEqual({ kind: 'release', fence: 1 });
  });

  it('is no reason to do again what was done', () => {
    const edited = live(
      { app: 'api', version: 'blue' },
      { 'cutover.dev/fence': 'abc', 'cutover.dev/released': 'run-1' },
    );
    expect(nextGiveBack(edited, wanted)).toMatchObject({ kind: 'done', fence: 4 });
  });
});

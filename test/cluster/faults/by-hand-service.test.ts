/** What people change by hand on the production Service, and beneath it: docs/by-hand.md. */
import { afterAll, describe, expect, it } from 'vitest';
import { approve, exists, finish, happens, kubectl, noticed, select, switchesOf, table } from './by-hand.ts';
import { isThorough } from './extent.ts';

afterAll(() => {
  table.print();
});

describe('the production selector', () => {
  it.runIf(isThorough)('moved to the candidate in the soak, is moved back, and both are on record', () =>
    happens(
      { name: 'selector to the candidate', step: 'soak', byHand: select({ version: 'green' }) },
      async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SelectorChanged' } });
        expect(switchesOf(state)).toEqual(['by-hand: blue to green', 'rollback: green to blue']);
        expect(state.switches[0]).toMatchObject({ by: 'kubectl-patch' });
        expect(await rig.liveSlot()).toBe('blue');
      },
    ),
  );

  it.each(isThorough ? (['monitor', 'retention'] as const) : (['retention'] as const))(
    'moved back to stable in the %s, is taken for the rollback that it is',
    (step) =>
      happens({ name: 'selector to stable', step, byHand: select({ version: 'blue' }) }, async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SelectorChanged' } });
        expect(switchesOf(state)).toEqual(['cutover: blue to green', 'by-hand: green to blue']);
        expect(state.switches[1]).toMatchObject({
          by: 'kubectl-patch',
          reason: 'the selector was changed by hand to app=api, version=blue',
        });
        expect(await rig.liveSlot()).toBe('blue');
        expect(await exists(rig, 'api-green')).toBe(false);
      }),
  );

  it.each(isThorough ? (['approval', 'monitor', 'retention'] as const) : (['monitor'] as const))(
    'moved to what no pod has, in the %s, is given to stable',
    (step) =>
      happens(
        {
          name: 'selector to nothing',
          step,
          outage: true,
          byHand: select({ version: 'typo' }),
          ...(step === 'approval' ? { afterwards: approve } : {}),
        },
        async ({ rig, state }) => {
          expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SelectorChanged' } });
          expect(switchesOf(state).slice(-2)).toEqual([
            `by-hand: ${step === 'approval' ? 'blue' : 'green'} to nothing`,
            'rollback: nothing to blue',
          ]);
          expect(await rig.liveSlot()).toBe('blue');
        },
      ),
  );

  it.each(isThorough ? (['monitor', 'retention'] as const) : (['retention'] as const))(
    'with a label more that no pod has, in the %s, is given to stable',
    (step) =>
      happens(
        { name: 'selector with a label more', step, outage: true, byHand: select({ track: 'typo' }) },
        async ({ rig, state }) => {
          expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SelectorChanged' } });
          expect(switchesOf(state)).toEqual([
            'cutover: blue to green',
            'by-hand: green to nothing',
            'rollback: nothing to blue',
          ]);
          expect(await rig.kubectl('get', 'service', 'api-service', '-o', 'jsonpath={.spec.selector}')).toBe(
            '{"app":"api","version":"blue"}',
          );
        },
      ),
  );

  it.runIf(isThorough)('moved to pods of somebody else in the retention, is left there, with both slots', () =>
    happens(
      {
        name: 'selector to a third version',
        step: 'retention',
        byHand: async (rig) => {
          await rig.kubectl('run', 'hotfix', '--image=myapp:v9.9', '--labels=app=api,version=hotfix', '--port=8080');
          await rig.kubectl('wait', '--for=condition=Ready', 'pod/hotfix', '--timeout=30s');
          await select({ version: 'hotfix' })(rig);
        },
        // The pod of the test has no readiness probe, so that it is ready before it listens.
        outage: true,
      },
      async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rollback-failed', failure: { name: 'SelectorChanged' } });
        expect(switchesOf(state)).toEqual(['cutover: blue to green', 'by-hand: green to nothing']);
        expect(await rig.liveSlot()).toBe('hotfix');
        expect([await exists(rig, 'api-blue'), await exists(rig, 'api-green')]).toEqual([true, true]);
      },
    ),
  );
});

describe('what everything stands on', () => {
  it.runIf(isThorough)('the Service deleted in the retention: it stops, keeps both slots, and says what to do', () =>
    happens(
      {
        name: 'Service deleted',
        step: 'retention',
        outage: true,
        byHand: kubectl('delete', 'service', 'api-service'),
      },
      async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rollback-failed', failure: { name: 'ObjectMissing' } });
        expect(state.failure?.message).toContain('Create it again with the selector app: api, version: green');
        expect([await exists(rig, 'api-blue'), await exists(rig, 'api-green')]).toEqual([true, true]);
      },
    ),
  );

  it.runIf(isThorough)('the Service replaced in the retention, as it was: the deployment goes on', () =>
    happens(
      {
        name: 'Service replaced',
        step: 'retention',
        outage: true,
        byHand: async (rig) => {
          const service = JSON.parse(await rig.kubectl('get', 'service', 'api-service', '-o', 'json')) as {
            readonly spec: { readonly ports: unknown; readonly selector: unknown };
          };
          await rig.kubectl('delete', 'service', 'api-service');
          const { ports, selector } = service.spec;
          const metadata = { name: 'api-service' };
          await rig.apply([{ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports, selector } }]);
        },
        afterwards: async (rig) => {
          // The watch goes on, though the Service has no owner now: it still restores, and says what it sees.
          await rig.kubectl('scale', 'deployment/api-blue', '--replicas=1');
          await noticed('was scaled to 2 again')(rig);
          await rig.kubectl('delete', 'deployment', 'api-blue');
          await noticed('api-blue was deleted by hand')(rig);
          await finish(rig);
        },
      },
      ({ state }) => {
        expect(state).toMatchObject({ outcome: 'finished', failure: null });
      },
    ),
  );

  it.runIf(isThorough)('the namespace deleted in the soak: it stops, and says what is gone', () =>
    happens(
      {
        name: 'namespace deleted',
        step: 'soak',
        outage: true,
        byHand: async (rig) => rig.anyKubectl('delete', 'namespace', rig.namespace, '--wait=false'),
      },
      ({ state }) => {
        expect(['rolled-back', 'rollback-failed']).toContain(state.outcome);
        expect(state.failure?.name).toMatch(/ObjectMissing|SoakFailed|Forbidden/);
        expect(state.switches).toEqual([]);
      },
    ),
  );
});

/** What people change by hand on the slots in the middle of a deployment, each with the answer that docs/by-hand.md gives. */
import { afterAll, describe, expect, it } from 'vitest';
import { approve, exists, finish, happens, kubectl, noticed, switchesOf, table } from './by-hand.ts';
import { isThorough } from './extent.ts';
import { short } from './short.ts';

afterAll(() => {
  table.print();
});

describe('the candidate’s Deployment', () => {
  it.runIf(isThorough)('deleted in the soak, ends the deployment; production stays', () =>
    happens(
      { name: 'candidate deleted', step: 'soak', byHand: kubectl('delete', 'deployment', 'api-green') },
      ({ state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'ObjectMissing' }, switches: [] });
        expect(state.failure?.message).toContain('the Deployment "api-green" was deleted by hand');
      },
    ),
  );

  it('edited while approval is waited for, is not what was checked, and gets no traffic', () =>
    happens(
      {
        name: 'candidate edited',
        step: 'approval',
        byHand: kubectl('set', 'image', 'deployment/api-green', 'api=myapp:v6.6'),
        afterwards: approve,
      },
      async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'CandidateChanged' }, switches: [] });
        expect(state.failure?.message).toContain('revision 1 → 2: myapp:v6.6');
        expect(await rig.liveSlot()).toBe('blue');
      },
    ));

  it.runIf(isThorough)('edited in the soak, ends it at once', () =>
    happens(
      {
        name: 'candidate edited',
        step: 'soak',
        byHand: kubectl('set', 'image', 'deployment/api-green', 'api=myapp:v6.6'),
      },
      ({ state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'CandidateChanged' }, switches: [] });
      },
    ),
  );

  it.runIf(isThorough)('scaled down before the cutover, is waited for and then gets no traffic', () =>
    happens(
      {
        name: 'candidate scaled down',
        step: 'approval',
        changes: { timeouts: { ...short.timeouts, cutover: '3s' } },
        byHand: kubectl('scale', 'deployment/api-green', '--replicas=1'),
        afterwards: approve,
      },
      ({ state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'SlotNotReady' }, switches: [] });
        expect(state.failure?.message).toContain('api-green does not have the 2 ready pods');
      },
    ),
  );

  it('deleted in the monitor, ends it: production is switched back', () =>
    happens(
      {
        name: 'candidate deleted',
        step: 'monitor',
        outage: true,
        byHand: kubectl('delete', 'deployment', 'api-green'),
      },
      async ({ rig, state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'MonitorFailed' } });
        expect(switchesOf(state)).toEqual(['cutover: blue to green', 'rollback: green to blue']);
        expect(await rig.liveSlot()).toBe('blue');
      },
    ));

  it.runIf(isThorough)('deleted in the retention, ends it after a moment: production is switched back', () =>
    happens(
      {
        name: 'candidate deleted',
        step: 'retention',
        outage: true,
        byHand: kubectl('delete', 'deployment', 'api-green'),
      },
      ({ state }) => {
        expect(state).toMatchObject({ outcome: 'rolled-back', failure: { name: 'RetentionFailed' } });
        expect(state.failure?.message).toBe('api-green has had no ready pod for 15 s');
        expect(switchesOf(state)).toEqual(['cutover: blue to green', 'rollback: green to blue']);
      },
    ),
  );

  it.runIf(isThorough)('edited in the retention, is let be and said', () =>
    happens(
      {
        name: 'candidate edited',
        step: 'retention',
        // Kubernetes replaces the pods, which end without a preStop hook.
        outage: true,
        byHand: kubectl('set', 'image', 'deployment/api-green', 'api=myapp:v2.0-hotfix'),
        afterwards: async (rig) => {
          await noticed('users get what it has now: myapp:v2.0-hotfix')(rig);
          await kubectl('rollout', 'status', 'deployment/api-green', '--timeout=60s')(rig);
          await finish(rig);
        },
      },
      ({ state }) => {
        expect(state.outcome).toBe('finished');
      },
    ),
  );
});

describe('stable’s Deployment', () => {
  it('scaled down in the retention, is scaled up again; edited, that is said', () =>
    happens(
      {
        name: 'stable scaled to 0 and edited',
        step: 'retention',
        byHand: kubectl('scale', 'deployment/api-blue', '--replicas=0'),
        afterwards: async (rig) => {
          await noticed('api-blue was scaled to 0 by somebody, and was scaled to 2 again')(rig);
          expect(await rig.kubectl('get', 'deployment', 'api-blue', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
          await kubectl('set', 'image', 'deployment/api-blue', 'api=myapp:v0.9')(rig);
          await noticed('api-blue was edited by hand (revision 1 → 2): a rollback would bring what it has now')(rig);
          await finish(rig);
        },
      },
      async ({ rig, state }) => {
        expect(state.outcome).toBe('finished');
        expect(await exists(rig, 'api-blue')).toBe(false);
      },
    ));

  it.runIf(isThorough)('deleted in the retention, leaves no fallback, which is said; the deployment ends well', () =>
    happens(
      {
        name: 'stable deleted',
        step: 'retention',
        byHand: kubectl('delete', 'deployment', 'api-blue'),
        afterwards: async (rig) => {
          await noticed('api-blue was deleted by hand: there is nothing to roll back to any more')(rig);
          await finish(rig);
        },
      },
      ({ state }) => {
        expect(state.outcome).toBe('finished');
      },
    ),
  );

  it.runIf(isThorough)(
    'deleted before the cutover, leaves the candidate as the way out: it is kept when rejected',
    () =>
      happens(
        {
          name: 'stable deleted',
          step: 'approval',
          outage: true,
          byHand: kubectl('delete', 'deployment', 'api-blue', '--wait'),
          afterwards: async (rig) => {
            await kubectl('wait', '--for=delete', 'pod', '--selector=version=blue', '--timeout=60s')(rig);
            await rig.cutoverEnds(0, 'reject', rig.id, '--reason', 'what is going on');
          },
        },
        async ({ rig, state }) => {
          expect(state.outcome).toBe('rejected');
          expect(state.notices.map(({ text }) => text).join('\n')).toContain(
            `kubectl -n ${rig.namespace} patch service api-service -p '{"spec":{"selector":{"version":"green"}}}'`,
          );
          expect(await exists(rig, 'api-green')).toBe(true);
        },
      ),
  );
});

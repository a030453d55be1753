/** What people change by hand in the middle of a deployment, each with the answer that docs/by-hand.md gives. */
import { afterAll, describe, expect, it } from 'vitest';
import type { LoadReport } from '../../../demo/load/report.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { DeploymentState, StepName } from '../../../src/domain/state.ts';
import { at } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { isThorough } from './extent.ts';
import { FaultTable } from './fault-table.ts';
import { short } from './short.ts';

const table = new FaultTable();
afterAll(() => {
  table.print();
});

interface Case {
  readonly name: string;
  /** When it is done. */
  readonly step: StepName;
  readonly byHand: (rig: ClusterRig) => Promise<unknown>;
  /** What follows, where the deployment does not end by itself. */
  readonly afterwards?: (rig: ClusterRig) => Promise<unknown>;
  readonly changes?: Partial<SpecInput>;
  /** Whether what was done takes pods from production, so that requests fail whatever anybody does. */
  readonly outage?: true;
}

interface Ended {
  readonly rig: ClusterRig;
  readonly state: DeploymentState;
}

const long = {
  soak: { ...short.soak, duration: '1m' },
  monitor: { ...short.monitor, duration: '1m' },
  retention: '10m',
};

/** A deployment with every step, under load, to which the case happens. */
async function happens(one: Case, check: (ended: Ended) => Promise<void> | void): Promise<void> {
  const rig = await ClusterRig.withSeed(2);
  try {
    const load = await rig.load();
    const waits = one.step === 'approval' || one.step === 'cutover';
    const kept = {
      soak: { soak: long.soak },
      monitor: { monitor: long.monitor },
      retention: { retention: long.retention },
    };
    const stay = Object.entries(kept).find(([step]) => step === one.step)?.[1] ?? {};
    const spec = rig.spec({ ...short, approval: { required: waits }, ...stay, ...one.changes });
    await rig.cutoverEnds(0, 'deploy', '-f', spec);
    await rig.when(
      (state) => at(one.step)(state) && state.steps.find(({ name }) => name === one.step)?.status === 'running',
    );
    await one.byHand(rig);
    await one.afterwards?.(rig);
    const state = await rig.when(({ outcome }) => outcome !== 'running');
    const report = await load.stop();
    table.add(`${one.name} (${one.step})`, report, state.outcome);
    if (one.outage === undefined) expectServed(report);
    await check({ rig, state });
  } finally {
    await rig.remove(one.name);
  }
}

function expectServed(report: LoadReport): void {
  expect(report.firstFailures).toEqual([]);
  expect(report.requestsFailed).toBe(0);
}

const kubectl =
  (...args: string[]) =>
  (rig: ClusterRig): Promise<string> =>
    rig.kubectl(...args);

const select = (selector: Readonly<Record<string, string>>): ((rig: ClusterRig) => Promise<string>) =>
  kubectl('patch', 'service', 'api-service', '-p', JSON.stringify({ spec: { selector } }));

const approve = (rig: ClusterRig): Promise<void> => rig.approve();
const finish = (rig: ClusterRig): Promise<void> => rig.cutoverEnds(0, 'finish', rig.id);

const noticed =
  (text: string) =>
  async (rig: ClusterRig): Promise<DeploymentState> =>
    rig.when(({ notices }) => notices.some((notice) => notice.text.includes(text)));

const switchesOf = ({ switches }: DeploymentState): string[] =>
  switches.map(({ kind, from, to }) => `${kind}: ${from ?? 'nothing'} to ${to ?? 'nothing'}`);

const exists = async (rig: ClusterRig, deployment: string): Promise<boolean> =>
  (await rig.anyKubectl('--namespace', rig.namespace, 'get', 'deployment', deployment)).code === 0;

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

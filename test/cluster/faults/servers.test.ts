/** The servers themselves die and come back, or hang: Temporal's, and the API server. On a sandbox of these tests' own. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoadReport } from '../../../demo/load/report.ts';
import { launchSandbox, type LaunchedSandbox } from '../../../sandbox/launch.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { DeploymentState, StepName } from '../../../src/domain/state.ts';
import { at } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { isThorough, someOf } from './extent.ts';
import { FaultTable } from './fault-table.ts';
import { OwnWorker } from './own-worker.ts';
import { short } from './short.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** Seconds. After a minute a cluster's controllers take another one to notice that the API server is back. */
const awayFor = isThorough ? 60 : 10;

const table = new FaultTable();
let sandbox: LaunchedSandbox;
let temporal: TcpProxy;
let worker: OwnWorker;
beforeAll(async () => {
  sandbox = await launchSandbox();
  temporal = await TcpProxy.before(sandbox.info.temporalAddress);
  worker = new OwnWorker({ ways: { ...sandbox.info, temporalAddress: temporal.address } });
  await worker.start();
});
afterAll(async () => {
  await worker.stop();
  temporal.close();
  await sandbox.stop();
  table.print();
});

interface Run {
  readonly state: DeploymentState;
  readonly load: LoadReport;
}

/** A whole deployment under load; `meanwhile` runs once `step` has begun. */
async function deployment(
  name: string,
  step: StepName,
  meanwhile: (rig: ClusterRig) => Promise<void>,
  changes: Partial<SpecInput> = {},
): Promise<Run> {
  const rig = await ClusterRig.withSeed(2, 'myapp:v1.0', sandbox.info);
  rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
  try {
    const load = await rig.load();
    const spec = rig.spec({ ...short, approval: { required: step === 'cutover' || step === 'approval' }, ...changes });
    await rig.cutoverEnds(0, 'deploy', '-f', spec);
    await rig.when(at(step === 'cutover' ? 'approval' : step));
    if (step === 'cutover') await rig.approve();
    await meanwhile(rig);
    const state = await rig.when(({ outcome }) => outcome !== 'running', 200_000);
    const report = await load.stop();
    table.add(name, report, state.outcome);
    expect(await rig.liveSlot()).toBe(state.traffic?.slot);
    expect(report.firstFailures).toEqual([]);
    expect(report.requestsFailed).toBe(0);
    return { state, load: report };
  } finally {
    await rig.remove(name, { roleWasKnown: !name.startsWith('API server') });
  }
}

function expectFinished({ state }: Run): void {
  const { outcome, failure, traffic, switches } = state;
  expect({ outcome, failure, slot: traffic?.slot }).toEqual({ outcome: 'finished', failure: null, slot: 'green' });
  expect(switches.map(({ kind, to }) => `${kind} to ${to}`)).toEqual(['cutover to green']);
}

async function away(program: string, ms: number): Promise<void> {
  await sandbox.kill(program);
  await delay(ms);
  await sandbox.restart(program);
}

describe('the Temporal server, killed and started again on its file', () => {
  const steps = [
    ['cutover', {}],
    ['soak', {}],
    ['retention', { retention: '5s' }],
  ] as const;
  it.each(someOf(steps, 1))('during the %s, changes nothing', async (step, changes) => {
    const run = await deployment(`Temporal killed for 3 s at ${step}`, step, () => away('temporal', 3_000), changes);
    expectFinished(run);
  });

  it('is said to be away by every command', async () => {
    const rig = await ClusterRig.empty(sandbox.info);
    await sandbox.kill('temporal');
    const { code, stderr } = await rig.cutover('status', `${rig.namespace}/api`);
    await sandbox.restart('temporal');
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot reach Temporal at ${sandbox.info.temporalAddress}`);
    await rig.remove('commands without Temporal');
  });
});

describe('a connection to Temporal that hangs', () => {
  it.each(someOf(['cutover', 'soak'] as const, 1))('during the %s, changes nothing', async (step) => {
    const run = await deployment(`Temporal hangs for 8 s at ${step}`, step, async () => {
      temporal.hang();
      await delay(8_000);
      temporal.resume();
    });
    expectFinished(run);
  });
});

/** Approves while the API server is away, so that it is the cutover that meets it. */
const cutoverWithoutApiServer =
  (seconds: number) =>
  async (rig: ClusterRig): Promise<void> => {
    await sandbox.kill('kube-apiserver');
    await rig.approve();
    await delay(seconds * 1_000);
    await sandbox.restart('kube-apiserver');
  };

describe('the API server, killed at the cutover', () => {
  it(`for ${awayFor} s, is waited for, and the deployment goes on`, { timeout: 240_000 }, async () => {
    const run = await deployment(
      `API server killed for ${awayFor} s at cutover`,
      'approval',
      cutoverWithoutApiServer(awayFor),
      { timeouts: { cutover: '2m', rollback: '2m' } },
    );
    expectFinished(run);
  });

  it.runIf(isThorough)(
    'for longer than the cutover may take, leaves production where it was',
    { timeout: 240_000 },
    async () => {
      const { state } = await deployment(
        'API server killed for 12 s at a cutover of 5 s',
        'approval',
        cutoverWithoutApiServer(12),
        { timeouts: { cutover: '5s', rollback: '1m' } },
      );
      expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' }, switches: [] });
      expect(state.failure?.message).toContain('timeouts.cutover (5s) is over');
    },
  );
});

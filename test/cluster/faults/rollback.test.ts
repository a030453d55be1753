/**
 * Rollbacks while the slots are not as they should be: pods that are lost, not ready, or refused by the cluster. Who is
 * served by a slot that is ready loses nothing, whatever the other slot does.
 */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadReport } from '../../../demo/load/report.ts';
import type { LaunchedLoad } from '../../../demo/load/launch.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { image, unwatched } from '../expected.ts';
import { ClusterRig, type CommandResult } from '../rig.ts';
import { isThorough } from './extent.ts';
import { FaultTable } from './fault-table.ts';
import { short } from './short.ts';
import { admitPods, becomeUnready, losePod, NodeOf, refusePods, saysOfRollback } from './slot-troubles.ts';

const table = new FaultTable();
afterAll(() => table.print());

let rig: ClusterRig;
let load: LaunchedLoad;
beforeEach(async () => {
  rig = await ClusterRig.withSeed(2);
});
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Under load, the candidate is live and stable is kept. */
async function promoted(rollback: NonNullable<SpecInput['rollback']>, changes: Partial<SpecInput> = {}): Promise<void> {
  const quick = { ...short, ...unwatched, soak: { duration: '0s' }, approval: { required: false }, retention: '10m' };
  load = await rig.load();
  const spec = rig.spec({ ...quick, timeouts: { rollback: '1m' }, rollback, ...changes });
  await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
}

const rollBack = (): Promise<CommandResult> => rig.cutover('rollback', rig.id, '--reason', 'a drill');

async function ended(name: string): Promise<{ readonly state: DeploymentState; readonly report: LoadReport }> {
  const state = await rig.when(({ outcome }) => outcome !== 'running');
  const report = await load.stop();
  table.add(name, report, state.outcome);
  return { state, report };
}

/** On stable, with nothing lost. */
async function expectRolledBack(name: string): Promise<DeploymentState> {
  const { state, report } = await ended(name);
  expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' } });
  expect(state.switches.map(({ kind, to }) => `${kind} to ${to}`)).toEqual(['cutover to green', 'rollback to blue']);
  expect(await rig.liveSlot()).toBe('blue');
  expect(report.firstFailures).toEqual([]);
  expect(report.requestsFailed).toBe(0);
  return state;
}

const refusesPods = /FailedCreate \(.*exceeded quota: full/;

describe.runIf(isThorough)('a rollback', () => {
  it('from a candidate none of whose pods is ready goes to stable at once', async () => {
    const [container] = [{ name: 'api', image: 'myapp:v2.0', readinessProbe }];
    const patch = { spec: { template: { spec: { containers: [container] } } } };
    await promoted({ minimumReady: 2 }, { candidate: { ...image('v2.0').candidate, patch } });
    await becomeUnready(rig, 'green');
    expect(await rollBack()).toMatchObject({ code: 0 });
    expect(await rig.liveSlot()).toBe('blue');
    load.mark('back on stable');
    const sent = load.stats().requestsSent;
    await expect.poll(() => load.stats().requestsSent, { timeout: 30_000 }).toBeGreaterThan(sent + 100);
    const { state, report } = await ended('rollback, no pod of the candidate ready');
    expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' } });
    expect(report.marks.at(-1)).toMatchObject({ name: 'back on stable', requestsFailed: 0 });
  });

  it('to a stable slot that has lost some pods, but has the minimum, is made at once', async () => {
    await promoted({ minimumReady: 1 });
    await refusePods(rig);
    await losePod(rig, 'blue');
    expect(await rollBack()).toMatchObject({ code: 0 });
    expect(await rig.kubectl('get', 'pods', '-l', 'version=blue', '-o', 'name')).toMatch(/^\S+\n$/);
    const state = await expectRolledBack('rollback, stable has lost a pod of two, one needed');
    expect(state.stable).toMatchObject({ desiredPods: 2, readyPods: 1 });
  });

  it('to a stable slot with fewer pods than the minimum comes when it has them, and the candidate serves until then', async () => {
    await promoted({ minimumReady: 2 });
    await refusePods(rig);
    await losePod(rig, 'blue');
    const rolling = rollBack();
    const said = await saysOfRollback(rig, refusesPods);
    expect(said).toContain('production stays on api-green (candidate), which serves with 2 ready pods');
    expect(said).toContain('api-blue (stable) has the 2 ready pods of rollback.minimumReady: 1 of 2 ready');
    expect(await rig.liveSlot()).toBe('green');
    await admitPods(rig);
    expect(await rolling).toMatchObject({ code: 0 });
    await expectRolledBack('rollback, stable has lost a pod of two, two needed');
  });
});

describe.runIf(isThorough)('a rollback while no node takes new pods', () => {
  it('says so, and comes once there is one', async () => {
    const node = await NodeOf.only(rig, 'blue');
    await promoted({ minimumReady: 2 });
    await node.refusePods();
    await losePod(rig, 'blue');
    const rolling = rollBack();
    const said = await saysOfRollback(rig, /1 Unschedulable \(0\/1 nodes are available/);
    expect(said).toContain('api-green (candidate), which serves with 2 ready pods');
    await node.admitPods();
    expect(await rolling).toMatchObject({ code: 0 });
    await expectRolledBack('rollback, stable has lost a pod of two, no node takes another');
  });
});

const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1, failureThreshold: 1 };

describe('a rollback while the cluster refuses new pods', () => {
  it('to a stable slot that was scaled to none goes through once they are admitted', async () => {
    // With fewer, a pod that comes after the switch gets users before it listens: it has no readiness probe.
    await promoted({ minimumReady: 2 });
    await refusePods(rig);
    await rig.kubectl('scale', 'deployment/api-blue', '--replicas=0');
    await rig.kubectl('wait', '--for=delete', 'pod', '-l', 'version=blue', '--timeout=60s');
    const rolling = rollBack();
    expect(await saysOfRollback(rig, refusesPods)).toContain('api-green (candidate), which serves with 2 ready pods');
    expect(await rig.liveSlot()).toBe('green');
    await admitPods(rig);
    expect(await rolling).toMatchObject({ code: 0 });
    const state = await expectRolledBack('rollback, stable scaled to none, pods refused for a while');
    // By the watch of the retention, or where that comes later, by the rollback.
    const said = [state.switches.at(-1)?.verification, ...state.notices.map(({ text }) => text)].join('\n');
    expect(said).toMatch(/api-blue .*scaled.* to 0 .*and was scaled to 2 again/);
  });

  it('fails when its time is over, with the candidate kept live; the next one goes on from there', async () => {
    await promoted({ minimumReady: 2 }, { timeouts: { rollback: '5s' } });
    await refusePods(rig);
    await losePod(rig, 'blue');
    const { code, stdout, stderr } = await rollBack();
    expect({ code, stderr }).toMatchObject({ code: 4 });
    const failed = await rig.when(({ outcome }) => outcome !== 'running');
    expect(failed).toMatchObject({ outcome: 'rollback-failed', traffic: { slot: 'green' } });
    const [, said = ''] = /FAILED, an operator is needed: (.*)/.exec(stdout + stderr) ?? [];
    expect(said).toMatch(refusesPods);
    expect(said).toContain(
      'api-blue (stable) has 1 ready pod of the 2 that rollback.minimumReady asks for: 1 of 2 ready',
    );
    expect(said).toContain('still selects api-green (candidate), which serves with 2 ready pods');
    expect(said).toContain(`cutover rollback ${rig.id}`);
    expect(await rig.liveSlot()).toBe('green');
    await admitPods(rig);
    await rig.kubectl('rollout', 'status', 'deployment/api-blue', '--timeout=60s');
    expect(await rollBack()).toMatchObject({ code: 0 });
    const { state, report } = await ended('rollback that failed for want of pods, and once more');
    expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' } });
    expect(await rig.liveSlot()).toBe('blue');
    expect(report.firstFailures).toEqual([]);
    expect(report.requestsFailed).toBe(0);
  });
});

/** Every worker is lost in the middle of a step, and one comes back when its time is over. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { DeploymentState, StepName } from '../../../src/domain/state.ts';
import { at, unwatched } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { isThorough } from './extent.ts';
import { FaultProxy } from './fault-proxy.ts';
import { FaultTable } from './fault-table.ts';
import { Gate } from './gate.ts';
import { OwnWorker } from './own-worker.ts';
import { short } from './short.ts';

const table = new FaultTable();
afterAll(() => {
  table.print();
});

const quiet = { ...short, soak: { duration: '0s' }, ...unwatched, approval: { required: false } } as const;

interface Away {
  readonly step: StepName;
  readonly seconds: number;
  readonly spec: Partial<SpecInput>;
  /** Whether the API server answers nothing. */
  readonly hangs?: true;
}

/** The state at the end, and how long after the worker's return the step was over. */
async function away({ step, seconds, spec, hangs }: Away): Promise<{ state: DeploymentState; lateMs: number }> {
  const proxy = await FaultProxy.before(inject('sandbox').deployerKubeconfig);
  const worker = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig } });
  const gate = new Gate();
  const rig = await ClusterRig.withSeed(2);
  rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
  try {
    await worker.start();
    const load = await rig.load(20);
    if (hangs) proxy.decide = () => ({ kind: 'hold', gate });
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ ...quiet, ...spec }));
    await rig.when(at(step));
    if (hangs) await gate.reached;
    await worker.kill();
    await delay(seconds * 1_000);
    await worker.start();
    const backAt = Date.now();
    const state = await rig.when(({ outcome }) => outcome !== 'running', 120_000);
    const report = await load.stop();
    const { finishedAt } = state.steps.find(({ name }) => name === step) ?? {};
    const lateMs = Date.parse(finishedAt ?? '') - backAt;
    table.add(`${step}: no worker for ${seconds} s (over ${lateMs} ms after it was back)`, report, state.outcome);
    expect(await rig.liveSlot()).toBe(state.traffic?.slot ?? 'blue');
    expect(report.firstFailures).toEqual([]);
    return { state, lateMs };
  } finally {
    proxy.decide = () => null;
    gate.open();
    await worker.stop();
    proxy.close();
    await rig.remove(`${step} without a worker`);
  }
}

describe.runIf(isThorough)('with all workers lost beyond the end', () => {
  it('a soak is judged by what the pods have counted, as soon as a worker is back', async () => {
    const soak = { ...short.soak, duration: '6s' } as const;
    const { state, lateMs } = await away({ step: 'soak', seconds: 45, spec: { soak } });
    expect(state).toMatchObject({ outcome: 'finished', evidence: { soak: { verdict: 'pass' } } });
    expect(lateMs).toBeLessThan(20_000);
  });

  it('a deploy is over as soon as a worker is back, in the words of its deadline', async () => {
    const spec = { candidate: { image: 'nobody-has-this:2' }, timeouts: { ...short.timeouts, deploy: '6s' } };
    const { state, lateMs } = await away({ step: 'deploy', seconds: 30, spec });
    expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' } });
    expect(state.failure?.message).toMatch(/^timeouts\.deploy \(6s\) is over and /);
    expect(lateMs).toBeLessThan(20_000);
  });

  it('a preflight does not wait for the worker that has died', async () => {
    const spec = { timeouts: { ...short.timeouts, preflight: '8s' } };
    const { state, lateMs } = await away({ step: 'preflight', seconds: 1, spec, hangs: true });
    expect(state).toMatchObject({ outcome: 'failed', traffic: null });
    expect(state.failure?.message).toMatch(/^timeouts\.preflight \(8s\) is over and /);
    expect(lateMs).toBeLessThan(30_000);
  });
});

/**
 * The deadline of every step passes, under load: the deployment ends as the README says, with the setting and its value in
 * the message, soon after, and nothing is dropped.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LoadReport } from '../../../demo/load/report.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { ClusterRig } from '../rig.ts';
import { cases, type Case, type Hangs, type Scene } from './deadline-cases.ts';
import { someOf } from './extent.ts';
import { FaultProxy } from './fault-proxy.ts';
import { FaultTable } from './fault-table.ts';
import { Gate } from './gate.ts';
import { OwnWorker } from './own-worker.ts';
import { short } from './short.ts';

const table = new FaultTable();
const hanging = new Map<string, Hangs>();
/** Never opened while a test runs. */
const gate = new Gate();
let proxy: FaultProxy;
let worker: OwnWorker;
beforeAll(async () => {
  proxy = await FaultProxy.before(inject('sandbox').deployerKubeconfig);
  proxy.decide = (request) => {
    const isHeld = [...hanging].some(
      ([namespace, hangs]) =>
        (request.path.includes(`/${namespace}/`) || request.body.includes(namespace)) && hangs(request),
    );
    return isHeld ? { kind: 'hold', gate } : null;
  };
  worker = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig } });
  await worker.start();
});
afterAll(async () => {
  await worker.stop();
  gate.open();
  proxy.close();
  table.print();
});

/** How long after its deadline the step was over. */
function lateMs({ step, deadlineMs }: Case, { steps }: DeploymentState): number {
  const { startedAt, finishedAt } = steps.find(({ name }) => name === step) ?? {};
  return Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '') - deadlineMs;
}

function wordsOf({ step }: Case, { failure, notices, steps, outcome }: DeploymentState): string {
  if (outcome === 'finished') return steps.find(({ name }) => name === step)?.detail ?? '';
  return outcome === 'rollback-failed' ? notices.map(({ text }) => text).join('\n') : (failure?.message ?? '');
}

/** So much later Temporal ends a step itself (see step-activities.ts), and the machine may be busy. */
const latestMs = 20_000;

interface Ended {
  readonly state: DeploymentState;
  readonly exitCode: number;
  readonly liveSlot: string;
  readonly load: LoadReport;
}

/** A whole deployment under load, in which the case happens. */
async function run(one: Case): Promise<Ended> {
  const name = `${one.step}: ${one.what}`;
  const rig = await ClusterRig.withSeed(2);
  rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
  const scene: Scene = { rig, hang: (which) => hanging.set(rig.namespace, which) };
  try {
    const load = await rig.load(20);
    await one.before?.(scene);
    const spec = rig.spec({ ...short, ...one.spec, timeouts: { ...short.timeouts, ...one.spec.timeouts } });
    const deployed = rig.cutover('deploy', '-f', spec, '--wait', 'finished');
    await one.meanwhile?.(scene);
    const { code } = await deployed;
    const state = await rig.state();
    const report = await load.stop();
    table.add(`${name} (${lateMs(one, state)} ms after the deadline)`, report, state.outcome);
    return { state, exitCode: code, liveSlot: await rig.liveSlot(), load: report };
  } finally {
    hanging.delete(rig.namespace);
    await one.after?.(scene);
    await rig.remove(name);
  }
}

describe('a deadline that passes', () => {
  it.concurrent.each(someOf(cases, 3).map((one) => [one.step, one.what, one] as const))(
    'in the %s, by %s',
    async (_step, _what, one) => {
      const { state, exitCode, liveSlot, load } = await run(one);
      const words = wordsOf(one, state);
      expect({ outcome: state.outcome, exitCode, liveSlot, words }).toEqual({
        outcome: one.outcome,
        exitCode: one.exitCode,
        liveSlot: one.traffic,
        words: expect.stringContaining(one.says[0] ?? '') as string,
      });
      // Those are the words of Temporal's end, when no worker has kept the deadline.
      expect(words).not.toContain('its last attempt failed');
      for (const said of one.says) expect(words).toContain(said);
      expect(lateMs(one, state)).toBeGreaterThan(-1_000);
      expect(lateMs(one, state)).toBeLessThan(latestMs);
      expect(load.firstFailures).toEqual([]);
      expect(load.requestsFailed).toBe(0);
    },
    240_000,
  );
});

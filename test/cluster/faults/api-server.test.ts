/** The API server answers badly, late, twice, or not at all: the deployment ends as without that, and nothing is dropped. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { at } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { someOf } from './extent.ts';
import { FaultProxy, type Decide, type Passing } from './fault-proxy.ts';
import { FaultTable } from './fault-table.ts';
import { Gate } from './gate.ts';
import { OwnWorker } from './own-worker.ts';
import { short } from './short.ts';
import { isSwitch } from './switch-request.ts';
import { TcpProxy } from './tcp-proxy.ts';

const table = new FaultTable();
let proxy: FaultProxy;
let worker: OwnWorker;
beforeAll(async () => {
  proxy = await FaultProxy.before(inject('sandbox').deployerKubeconfig);
  worker = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig } });
  await worker.start();
});
afterAll(async () => {
  await worker.stop();
  proxy.close();
  table.print();
});

/** What goes through the API server to a pod is the pod's to answer. */
const isToPod = ({ path }: Passing): boolean => path.includes('/proxy/') || path.includes('/portforward');

function everyThirdFails(): Decide {
  let count = 0;
  return (request) => {
    if (isToPod(request)) return null;
    count += 1;
    if (count % 3 !== 0) return null;
    const turn = (count / 3) % 4;
    if (turn === 0) return { kind: 'answer', status: 429, retryAfter: 1 };
    // Only what changes an object can be in conflict with another change.
    if (turn === 1 && request.method === 'PATCH') return { kind: 'answer', status: 409 };
    return { kind: 'answer', status: turn === 2 ? 503 : 500 };
  };
}

/** The selector's patch, and what is asked right after it. */
function slowFrom(to: string, requests: number): Decide {
  let left = 0;
  return (request) => {
    if (isSwitch(request, to)) left = requests;
    if (left === 0 || isToPod(request) || request.isWatch) return null;
    left -= 1;
    return { kind: 'delay', ms: 5_000 };
  };
}

const watchesEnd: Decide = ({ isWatch }) => (isWatch ? { kind: 'cut', ms: 1_000 } : null);

/** Lists alone: the API server gives single objects as they are. */
function everyOtherListIsStale(): Decide {
  let reads = 0;
  return (request) => {
    const isList = /\/(pods|endpointslices|deployments|replicasets|resourcequotas)(\?|$)/.test(request.path);
    if (request.method !== 'GET' || request.isWatch || !isList) return null;
    reads += 1;
    return reads % 2 === 0 ? { kind: 'stale' } : null;
  };
}

function answerIsLost(to: string): Decide {
  let isLost = false;
  return (request) => {
    if (isLost || !isSwitch(request, to)) return null;
    isLost = true;
    return { kind: 'lose-answer' };
  };
}

const faults: readonly (readonly [string, () => Decide])[] = someOf(
  [
    ['makes the switch and its answer is lost', () => answerIsLost('green')],
    ['answers 429, 409, 500 and 503 by turns, to every third request', everyThirdFails],
    ['takes 5 s for the switch and for what is asked after it', () => slowFrom('green', 3)],
    ['ends every watch after a second', () => watchesEnd],
    ['answers every other list as it was before', everyOtherListIsStale],
  ],
  2,
);

describe('an API server that', () => {
  it.each(faults)('%s', async (name, fault) => {
    const rig = await ClusterRig.withSeed(2);
    rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
    try {
      const load = await rig.load();
      const before = proxy.struck;
      proxy.decide = fault();
      await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ ...short, approval: { required: false } }));
      const state = await rig.when(({ outcome }) => outcome !== 'running', 100_000);
      const report = await load.stop();
      table.add(name, report, state.outcome);
      expect(state.failure).toBeNull();
      expect(state).toMatchObject({ outcome: 'finished', traffic: { slot: 'green' } });
      expect(state.switches.map(({ kind, to }) => `${kind} to ${to}`)).toEqual(['cutover to green']);
      expect(await rig.liveSlot()).toBe('green');
      expect(await rig.kubectl('get', 'deployments', '-o', 'name')).toBe('deployment.apps/api-green\n');
      expect(proxy.struck).toBeGreaterThan(before);
      expect(report.firstFailures).toEqual([]);
      expect(report.requestsFailed).toBe(0);
    } finally {
      proxy.decide = () => null;
      await rig.remove(name);
    }
  });
});

describe('a worker that is cut off from Temporal but not from Kubernetes', () => {
  it('cannot move traffic any more once another worker has rolled back', async () => {
    const temporal = await TcpProxy.before(inject('sandbox').temporalAddress);
    const lost = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig, temporalAddress: temporal.address } });
    const other = new OwnWorker({ taskQueue: lost.taskQueue });
    const rig = await ClusterRig.withSeed(2);
    rig.given({ CUTOVER_TASK_QUEUE: lost.taskQueue });
    const gate = new Gate();
    try {
      await lost.start();
      const load = await rig.load();
      let isHeld = false;
      proxy.decide = (request) => {
        if (isHeld || !isSwitch(request, 'green')) return null;
        isHeld = true;
        return { kind: 'hold', gate };
      };
      await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(short));
      await rig.when(at('approval'));
      await rig.approve();
      await gate.reached;
      temporal.cut();
      await other.start();
      await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'its worker is gone');
      expect(await rig.liveSlot()).toBe('blue');
      gate.open();
      expect(await gate.answered).toBe(422);
      expect(await rig.liveSlot()).toBe('blue');
      const state = await rig.when(({ outcome }) => outcome !== 'running');
      const report = await load.stop();
      table.add('a late switch of a worker without Temporal, after the rollback', report, state.outcome);
      // The other worker may have come to make the switch itself, before it was told of the rollback.
      expect(state).toMatchObject({ outcome: 'rolled-back', traffic: { slot: 'blue' } });
      expect(report.requestsFailed).toBe(0);
    } finally {
      gate.open();
      proxy.decide = () => null;
      await Promise.all([lost.kill(), other.stop()]);
      temporal.close();
      await rig.remove('a late switch');
    }
  });
});

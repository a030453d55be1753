/** The worker is killed at every point of a deployment: each ends as one whose worker lives, and nothing is dropped. */
import { isDeepStrictEqual } from 'node:util';
import { Connection } from '@temporalio/client';
import { KubeConfig, Watch, type V1Service } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LoadReport } from '../../../demo/load/report.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { at, image } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { isThorough } from './extent.ts';
import { FaultProxy, type Decide } from './fault-proxy.ts';
import { Gate } from './gate.ts';
import { describePoint, follow, killPointsOf, reached, type KillPoint } from './kill-points.ts';
import { OwnWorker } from './own-worker.ts';
import { short } from './short.ts';
import { isSwitch } from './switch-request.ts';

let temporal: Connection;
beforeAll(async () => {
  temporal = await Connection.connect({ address: inject('sandbox').temporalAddress });
});
afterAll(() => temporal.close());

interface Run {
  readonly state: DeploymentState;
  readonly load: LoadReport;
  readonly slot: string;
  readonly deployments: string;
}

/** One whole deployment under load, with what `meanwhile` does to it. */
async function deployment(
  worker: OwnWorker,
  name: string,
  meanwhile: (rig: ClusterRig) => Promise<void>,
): Promise<Run> {
  const rig = await ClusterRig.withSeed(1);
  rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
  try {
    const load = await rig.load(30);
    const [state] = await Promise.all([walk(rig), meanwhile(rig)]);
    return {
      state,
      load: await load.stop(),
      slot: await rig.liveSlot(),
      deployments: await rig.kubectl('get', 'deployments', '-o', 'name'),
    };
  } finally {
    await rig.remove(name);
  }
}

async function walk(rig: ClusterRig): Promise<DeploymentState> {
  const deploying = rig.cutover('deploy', '-f', rig.spec(short));
  await rig.when(at('approval'), 90_000);
  await rig.approve();
  await deploying;
  return rig.when(({ outcome }) => outcome !== 'running', 90_000);
}

/** What has to be the same however often a worker died. */
const endOf = ({ state, load, slot, deployments }: Run) => ({
  outcome: state.outcome,
  steps: state.steps.filter(({ status }) => status !== 'done').map(({ name, status }) => `${name} ${status}`),
  switches: state.switches.map(({ kind, to }) => `${kind} to ${to}`),
  decisions: state.decisions.map(({ kind, by }) => `${kind} by ${by}`),
  slot,
  deployments,
  requestsFailed: load.requestsFailed,
  firstFailures: load.firstFailures.map(
    ({ at: when, message }) => `${when - load.startedAt} ms after its start: ${message}`,
  ),
});

const lanes = 3;

/** All of them take five minutes: `npm run kill-points`. Every test run takes those at which something is under way. */
const isChosen = ({ kind }: KillPoint): boolean =>
  isThorough || kind === 'started' || kind === 'timer started' || kind === 'message';

describe('a deployment whose worker is killed', () => {
  it('ends as one whose worker lives, at whatever point that happens, with nothing dropped', async () => {
    const workers = Array.from({ length: lanes }, () => new OwnWorker());
    await Promise.all(workers.map((worker) => worker.start()));
    try {
      const clean = await cleanRun(workers[0] ?? new OwnWorker());
      const chosen = clean.points.filter(isChosen);
      const points = [...chosen];
      const ends = new Map<string, unknown>();
      const reports: LoadReport[] = [clean.run.load];
      const kill = async (worker: OwnWorker, point: KillPoint): Promise<void> => {
        const name = `killed when ${describePoint(point)}`;
        const run = await deployment(worker, name, async ({ id }) => {
          await reached(temporal, id, point);
          await worker.kill();
          await worker.start();
        });
        ends.set(describePoint(point), endOf(run));
        reports.push(run.load);
      };
      await Promise.all(
        workers.map(async (worker) => {
          for (let point = points.shift(); point !== undefined; point = points.shift()) await kill(worker, point);
        }),
      );
      const expected = endOf(clean.run);
      const lost = [...ends].filter(([, end]) => !isDeepStrictEqual(end, expected));
      tell(`kill points: ${ends.size} run, ${ends.size - lost.length} survived`, reports);
      expect(expected).toMatchObject({ outcome: 'finished', requestsFailed: 0, switches: ['cutover to green'] });
      expect(clean.points.length).toBeGreaterThan(30);
      expect([...ends.keys()].toSorted()).toEqual(chosen.map(describePoint).toSorted());
      expect(lost).toEqual([]);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  }, 600_000);

  it.each([
    ['the cutover', 'green'],
    ['the rollback', 'blue'],
  ] as const)('after the patch of %s and before that was reported goes on from the patch', async (_what, slot) => {
    const proxy = await FaultProxy.before(inject('sandbox').deployerKubeconfig);
    const gate = new Gate();
    proxy.decide = silentAfterSwitch(slot, gate);
    const worker = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig } });
    await worker.start();
    const rig = await ClusterRig.withSeed(2);
    rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
    try {
      const load = await rig.load();
      const patched = selects(rig, 'green').then(() => (slot === 'green' ? undefined : selects(rig, slot)));
      const killed = patched.then(async () => {
        await worker.kill();
        proxy.decide = () => null;
        await worker.start();
      });
      await rig.cutover('deploy', '-f', rig.spec({ ...image('v2.0'), timeouts: short.timeouts }));
      if (slot === 'blue') {
        await rig.when(at('retention'));
        await rig.cutover('rollback', rig.id, '--reason', 'drill', '--no-wait');
      }
      await killed;
      const state = await rig.when(slot === 'green' ? at('retention') : ({ outcome }) => outcome !== 'running', 90_000);
      expect(await rig.liveSlot()).toBe(slot);
      expect(state.switches).toHaveLength(slot === 'green' ? 1 : 2);
      expect(state.switches.every(({ verifiedAt }) => verifiedAt !== null)).toBe(true);
      const report = await load.stop();
      expect(report.firstFailures).toEqual([]);
      expect(await attemptsOf(rig.id, slot === 'green' ? 'cutover' : 'rollback')).toBe(2);
    } finally {
      await worker.stop();
      gate.open();
      proxy.close();
      await rig.remove(`killed after the patch of ${slot}`);
    }
  });
});

async function cleanRun(worker: OwnWorker): Promise<{ run: Run; points: KillPoint[] }> {
  let points: KillPoint[] = [];
  const run = await deployment(worker, 'clean', async ({ id }) => {
    const events = [];
    for await (const event of follow(temporal, id)) events.push(event);
    points = killPointsOf(events);
  });
  return { run, points };
}

function tell(line: string, reports: readonly LoadReport[]): void {
  const sum = (count: (report: LoadReport) => number) => reports.reduce((total, report) => total + count(report), 0);
  const longest = Math.max(...reports.map(({ longestGapMs }) => longestGapMs));
  const sent = sum(({ requestsSent }) => requestsSent);
  const failed = sum(({ requestsFailed }) => requestsFailed);
  process.stdout.write(`${line}; ${sent} requests sent, ${failed} failed, longest gap ${Math.round(longest)} ms\n`);
}

/** From the patch on nothing is answered, so that the worker cannot verify it, nor report it, before it is killed. */
function silentAfterSwitch(to: string, gate: Gate): Decide {
  let isSwitched = false;
  return (request) => {
    if (isSwitched) return { kind: 'hold', gate };
    isSwitched = isSwitch(request, to);
    return null;
  };
}

/** Resolves at the moment that the production Service selects the slot. */
function selects({ namespace }: ClusterRig, slot: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(inject('sandbox').kubeconfig);
  const done = new AbortController();
  return new Promise((resolve, reject) => {
    const seen = (_type: string, service: V1Service): void => {
      if (service.metadata?.name !== 'api-service' || service.spec?.selector?.['version'] !== slot) return;
      resolve();
      done.abort();
    };
    const path = `/api/v1/namespaces/${namespace}/services`;
    new Watch(config)
      .watch(path, {}, seen, () => reject(new Error(`the watch of ${path} ended before ${slot} was selected`)))
      .then((request) => {
        done.signal.addEventListener('abort', () => request.abort());
        if (done.signal.aborted) request.abort();
      }, reject);
  });
}

/** How many attempts the activity took. */
async function attemptsOf(workflowId: string, activity: string): Promise<number> {
  const names = new Map<string, string>();
  let attempts = 0;
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId },
  });
  for (const event of history?.events ?? []) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name != null) names.set(String(event.eventId), name);
    const begun = event.activityTaskStartedEventAttributes;
    if (begun != null && names.get(String(begun.scheduledEventId)) === activity) attempts = begun.attempt ?? 0;
  }
  return attempts;
}

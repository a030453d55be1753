/** The worker's code changes under running deployments, version by version, and none of them fails. */
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { connect, type CutoverClient, type DeploymentState } from '../../src/client/index.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { OwnWorker } from './faults/own-worker.ts';
import { at } from './expected.ts';
import { ClusterRig, seedManifests } from './rig.ts';

const apps = Array.from({ length: 20 }, (_, index) => `app-${index}`);

let rig: ClusterRig;
let client: CutoverClient;
const workers: OwnWorker[] = [];
beforeEach(async () => {
  rig = await ClusterRig.empty();
});
afterEach(async ({ task }) => {
  for (const started of workers.splice(0)) await started.stop();
  await client.close();
  await rig.remove(task.name);
});

const base = (app: string): Partial<SpecInput> => ({
  app,
  service: `${app}-service`,
  soak: { duration: '0s' },
  monitor: { duration: '0s' },
  drain: '0s',
});

/** Where a third of the deployments each is caught. A soak ends by itself, so that these begin last. */
const phases = ['approval', 'retention', 'soak'] as const;

function phaseOf(index: number): (typeof phases)[number] {
  return phases[Math.floor((index * phases.length) / apps.length)] ?? 'soak';
}

function specOf(app: string, index: number): Partial<SpecInput> {
  const phase = phaseOf(index);
  if (phase === 'soak') {
    const traffic = { requestsPerSecond: 1, requests: [{ path: '/api/items' }] };
    const watch = { interval: '500ms', minimumRequests: 1, thresholds: { p95: null, p99: null } };
    return { ...base(app), soak: { duration: '25s', ...watch, traffic }, retention: '1s' };
  }
  if (phase === 'approval') return { ...base(app), approval: { required: true }, retention: '1s' };
  return { ...base(app), retention: '1h' };
}

async function worker(taskQueue: string | undefined, buildId: string): Promise<OwnWorker> {
  const started = new OwnWorker({ buildId, ...(taskQueue === undefined ? {} : { taskQueue }) });
  workers.push(started);
  await started.start();
  return started;
}

async function makeCurrent(buildId: string): Promise<void> {
  const version = ['--deployment-name', 'cutover', '--build-id', buildId, '--yes'];
  await expect
    .poll(async () => (await rig.temporal('worker', 'deployment', 'set-current-version', ...version)).code, {
      timeout: 20_000,
    })
    .toBe(0);
}

/** The same in each of so many at a time. */
async function forEachApp(work: (app: string, index: number) => Promise<void>): Promise<void> {
  const left = [...apps.entries()];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next[1], next[0]);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

const idOf = (app: string): string => `${rig.namespace}/${app}`;

async function state(app: string, reached: (state: DeploymentState) => boolean): Promise<DeploymentState> {
  const end = await client.waitUntil({ id: idOf(app) }, reached, { timeoutMs: 60_000, pollEveryMs: 500 });
  if (end.kind !== 'reached') throw new Error(`${app}: ${JSON.stringify(end)}`);
  return end.status.state;
}

const rolledBackOne = apps.findIndex((_, index) => phaseOf(index) === 'retention');

/** Says to each deployment what it waits for; gives why it was not taken, where it was not. */
async function decide(app: string, index: number): Promise<string | null> {
  const message = { by: 'ann', reason: 'seen enough' };
  const phase = phaseOf(index);
  if (phase === 'soak') return null;
  const name = phase === 'approval' ? 'approve' : index === rolledBackOne ? 'rollback' : 'finish';
  const answer = await client.send(idOf(app), name, message);
  return answer.kind === 'accepted' ? null : answer.message;
}

it('takes twenty running deployments over to the next version of the worker, whatever they are at', async () => {
  await rig.apply(apps.flatMap((app) => stableOf(app)));
  const first = await worker(undefined, 'one');
  rig.given({ CUTOVER_TASK_QUEUE: first.taskQueue });
  client = await connect({
    env: { TEMPORAL_ADDRESS: inject('sandbox').temporalAddress, CUTOVER_TASK_QUEUE: first.taskQueue },
  });
  await expect.poll(() => first.said).toContain('set-current-version --deployment-name cutover --build-id one');
  await makeCurrent('one');
  await rig.kubectl('wait', '--for=condition=Available', 'deployments', '--all', '--timeout=60s');
  await forEachApp(async (app, index) => {
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec(specOf(app, index)));
    await state(app, at(phaseOf(index)));
  });

  await worker(first.taskQueue, 'two');
  await makeCurrent('two');
  await first.stop();
  const outcomes = new Map<string, string>();
  await forEachApp(async (app, index) => {
    const refusal = await decide(app, index);
    const { outcome, failure } = await state(app, (now) => now.outcome !== 'running');
    const why = failure === null || failure.name === 'RolledBack' ? '' : `: ${failure.message}`;
    outcomes.set(app, `${refusal ?? outcome}${why}`);
  });
  const rolledBack = apps[rolledBackOne] ?? '';
  expect(Object.fromEntries(outcomes)).toEqual({
    ...Object.fromEntries(apps.map((app) => [app, 'finished'])),
    [rolledBack]: 'rolled-back',
  });
  const { stdout } = await rig.temporal('workflow', 'describe', '--workflow-id', idOf('app-5'), '--output', 'json');
  expect(stdout).toMatch(/"buildId": *"two"/);
}, 240_000);

/** The seed's stable slot and Service, for an app of this name, with one pod. */
function stableOf(app: string): unknown[] {
  const text = JSON.stringify(seedManifests(1, 'myapp:v1.0', ['api-blue', 'api-service']));
  return JSON.parse(text.replaceAll('"api-', `"${app}-`).replaceAll('"app":"api"', `"app":"${app}"`)) as unknown[];
}

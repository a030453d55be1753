/** The seed's scenario and each way a deployment can end, through the CLI, on a real cluster with load on the Service. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { LoadReport } from '../../demo/load/report.ts';
import type { DeploymentState, StepName } from '../../src/domain/state.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

const at = (phase: StepName) => (state: DeploymentState) => state.phase === phase;
/** For where nobody sends traffic: there is nothing for a monitor to measure. */
const unwatched = { monitor: { duration: '0s' } };
const image = (tag: string) => ({ candidate: { image: `myapp:${tag}` } });

function expectNothingDropped(report: LoadReport): void {
  expect(report.firstFailures).toEqual([]);
  expect(report.requestsFailed).toBe(0);
  expect(report.requestsAnswered).toBeGreaterThan(100);
}

describe('the scenario of the pattern: ten pods each', () => {
  it('goes to v2 with approval, back by hand, forward again, and tears the old slot down, with nothing dropped', async () => {
    rig = await ClusterRig.withSeed(10);
    const load = await rig.load(100);
    const spec = rig.spec({ approval: { required: true, timeout: '2m' } });
    expect(await rig.cutover('deploy', '-f', spec, '--by', 'ci', '--reason', 'build 7')).toMatchObject({ code: 0 });
    await rig.when(at('approval'));
    expect(await rig.liveSlot()).toBe('blue');
    expect(await rig.cutover('approve', rig.id, '--by', 'ann', '--reason', 'quiet')).toMatchObject({ code: 0 });
    const promoted = await rig.when(at('retention'));
    expect(await rig.liveSlot()).toBe('green');
    expect(promoted.candidate).toMatchObject({ readyPods: 10, desiredPods: 10 });
    expect(promoted.switches).toMatchObject([
      { kind: 'cutover', from: 'blue', to: 'green', by: 'ci', approvedBy: 'ann', reason: 'build 7' },
    ]);
    expect(promoted.switches[0]?.fromImageDigests).not.toEqual(promoted.switches[0]?.toImageDigests);

    expect(await rig.cutover('rollback', rig.id, '--reason', 'drill')).toMatchObject({ code: 0 });
    expect(await rig.liveSlot()).toBe('blue');
    const back = await rig.when((state) => state.outcome !== 'running');
    expect(back.outcome).toBe('rolled-back');

    expect(await rig.cutover('deploy', '-f', rig.spec(), '--wait', 'promoted')).toMatchObject({ code: 0 });
    expect(await rig.cutover('finish', rig.id)).toMatchObject({ code: 0 });
    const end = await rig.when((state) => state.outcome !== 'running');
    expect(end.outcome).toBe('finished');
    expect(await rig.kubectl('get', 'deployments', '-o', 'name')).toBe('deployment.apps/api-green\n');
    const report = await load.stop();
    expectNothingDropped(report);
    expect(Object.keys(report.byVersion).sort()).toEqual(['v1.0', 'v2.0']);
  }, 180_000);
});

describe('a candidate that is not good enough', () => {
  it.each([
    ['whose image cannot be pulled', 'unknown:v1', 'deploy', 'ImagePullBackOff'],
    ['that never becomes ready', 'myapp:v2.0-unready', 'smoke', 'health'],
    ['that crashes', 'myapp:v2.0-crash', 'deploy', 'CrashLoopBackOff'],
    ['whose critical endpoint is wrong', 'myapp:v2.0-failing-smoke', 'smoke', 'items'],
    ['that is slow', 'myapp:v2.0-slow', 'soak', 'p95'],
    ['that gives errors', 'myapp:v2.0-errors', 'soak', 'error rate'],
  ] as const)('%s is removed, says why, and never had traffic', async (_what, candidate, step, reason) => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    const spec = rig.spec({
      candidate: { image: candidate },
      timeouts: { deploy: '8s' },
      warmUp: { requests: [] },
    });
    const result = await rig.cutover('deploy', '-f', spec, '--wait', 'finished', '--json');
    expect(result.code).toBe(3);
    const state = await rig.state();
    expect(state.outcome).toBe('rolled-back');
    expect(state.steps.find(({ name }) => name === step)?.status).toBe('failed');
    expect(state.failure?.message).toContain(reason);
    expect(state.switches).toEqual([]);
    expect(await rig.liveSlot()).toBe('blue');
    expect(await rig.kubectl('get', 'deployments', '-o', 'name')).toBe('deployment.apps/api-blue\n');
    const report = await load.stop();
    expectNothingDropped(report);
    expect(Object.keys(report.byVersion)).toEqual(['v1.0']);
  });

  it('whose errors appear only under production traffic is rolled back by the monitor', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load(100);
    const spec = rig.spec({ ...image('v3.0'), monitor: { duration: '20s', interval: '500ms', window: '3s' } });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'finished')).toMatchObject({ code: 3 });
    const state = await rig.state();
    expect(state.failure?.name).toBe('MonitorFailed');
    expect(state.switches).toMatchObject([{ kind: 'cutover' }, { kind: 'rollback', by: 'automatic', to: 'blue' }]);
    expect(await rig.liveSlot()).toBe('blue');
    const report = await load.stop();
    expect(report.requestsFailed).toBe(0);
    expect(report.injectedErrors).toBeGreaterThan(0);
  });
});

describe('a smoke check that is a Job', () => {
  const smoke = (command: string[], env: { name: string; value: string }[] = []) => ({
    smoke: {
      checks: [{ name: 'journey', job: { podSpec: { containers: [{ name: 'it', image: 'node:20', command, env }] } } }],
    },
  });

  it('reaches the candidate by the address that it is told, and its log is kept', async () => {
    rig = await ClusterRig.withSeed(2);
    const proxy = { name: 'PROXY', value: inject('sandbox').clusterProxy };
    const spec = rig.spec({ ...unwatched, soak: { duration: '0s' }, ...smoke(['node', '-e', askCandidate], [proxy]) });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'promoted')).toMatchObject({ code: 0 });
    const { evidence } = await rig.state();
    expect(evidence.smoke?.checks).toMatchObject([{ name: 'journey', passed: true, log: 'v2.0' }]);
    expect(await rig.kubectl('get', 'jobs', '-o', 'name')).toBe('');
  });

  it('that fails ends the deployment, with its exit code and its log', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ ...unwatched, ...smoke(['sh', '-c', 'echo no coupon was accepted; exit 3']) });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'finished')).toMatchObject({ code: 3 });
    const { evidence, failure } = await rig.state();
    expect(failure).toMatchObject({ name: 'SmokeFailed', message: expect.stringContaining('exit code 3') as string });
    expect(evidence.smoke?.checks).toMatchObject([{ passed: false, log: 'no coupon was accepted' }]);
  });
});

/** Prints the version that answers at CUTOVER_CANDIDATE_URL; names of Services lead through the sandbox's proxy. */
const askCandidate = `
  const { request, get } = require('node:http');
  const { PROXY, CUTOVER_CANDIDATE_HOST, CUTOVER_CANDIDATE_PORT } = process.env;
  const path = CUTOVER_CANDIDATE_HOST + ':' + CUTOVER_CANDIDATE_PORT;
  request(PROXY, { method: 'CONNECT', path }).on('connect', (_, socket) => {
    const options = { createConnection: () => socket, path: '/api/items' };
    get(options, (answer) => { console.log(answer.headers['x-version']); socket.destroy(); });
  }).end();
`;

describe('a deployment that is stopped by people', () => {
  it('ends as rejected, with exit code 5, when approval is refused', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true } });
    const waiting = rig.cutover('deploy', '-f', spec, '--wait', 'finished');
    await rig.when(at('approval'));
    expect(await rig.cutover('reject', rig.id, '--reason', 'not today')).toMatchObject({ code: 0 });
    expect((await waiting).code).toBe(5);
  });

  it('ends with exit code 6 when nobody approves in time', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true, timeout: '1s' } });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'finished')).toMatchObject({ code: 6 });
  });

  it('rolls back when the candidate has lost every pod, without asking anything of it', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutover('deploy', '-f', rig.spec({ ...unwatched }), '--wait', 'promoted');
    await rig.kubectl('scale', 'deployment/api-green', '--replicas=0');
    expect(await rig.cutover('rollback', rig.id, '--reason', 'green is gone')).toMatchObject({ code: 0 });
    expect(await rig.liveSlot()).toBe('blue');
    await load.stop();
  });

  it('is refused, with exit code 1, while another one is on its way; --replace rolls that one back first', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.cutover('deploy', '-f', rig.spec({ approval: { required: true } }));
    await rig.when(at('approval'));
    const refused = await rig.cutover('deploy', '-f', rig.spec());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(rig.id);
    const replaced = await rig.cutover(
      'deploy',
      '-f',
      rig.spec({ ...image('v2.1'), ...unwatched }),
      '--replace',
      '--wait',
      'promoted',
    );
    expect(replaced).toMatchObject({ code: 0 });
    expect((await rig.state()).candidate?.images).toEqual(['myapp:v2.1']);
  });

  it('that waits no longer leaves the deployment running, with exit code 7', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true } });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'promoted', '--timeout', '2s')).toMatchObject({ code: 7 });
    expect((await rig.state()).outcome).toBe('running');
  });
});

describe('retention', () => {
  it('is superseded by the next deployment, which takes over the slot', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutover('deploy', '-f', rig.spec(), '--wait', 'promoted');
    const first = await rig.state();
    expect(await rig.cutover('deploy', '-f', rig.spec(image('v2.1')), '--wait', 'promoted')).toMatchObject({ code: 0 });
    const second = await rig.state();
    expect(second.runId).not.toBe(first.runId);
    expect(second.candidate).toMatchObject({ slot: 'blue', images: ['myapp:v2.1'] });
    expect(await rig.liveSlot()).toBe('blue');
    expectNothingDropped(await load.stop());
  });

  it('outlives a next deployment that is refused: the fallback can still be rolled back to', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.cutover('deploy', '-f', rig.spec(unwatched), '--wait', 'promoted');
    const misspelt = await rig.cutover('deploy', '-f', rig.spec({ ...image('v2.1'), service: 'nope' }));
    expect(misspelt).toMatchObject({ code: 1 });
    expect(misspelt.stderr).toContain('nope');
    expect((await rig.state()).phase).toBe('retention');
    expect(await rig.cutover('rollback', rig.id, '--reason', 'drill')).toMatchObject({ code: 0 });
    expect(await rig.liveSlot()).toBe('blue');
  });

  it('keeps the old slot at full size, and scales it to zero where the spec says so', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.cutover(
      'deploy',
      '-f',
      rig.spec({ ...unwatched, retention: '2s', teardown: 'scale-to-zero', drain: '0s' }),
      '--wait',
      'finished',
    );
    expect((await rig.state()).outcome).toBe('finished');
    expect(await rig.kubectl('get', 'deployment', 'api-blue', '-o', 'jsonpath={.spec.replicas}')).toBe('0');
  });
});

describe('what preflight refuses', () => {
  it('is reported all at once, and nothing is changed', async () => {
    rig = await ClusterRig.withSeed(1);
    const before = await rig.kubectl('get', 'all', '-o', 'name');
    const spec = rig.spec({ candidate: { image: 'myapp:v2.0', container: 'nobody' }, service: 'no-such-service' });
    const result = await rig.cutover('deploy', '-f', spec, '--wait', 'finished');
    expect(result.code).toBe(1);
    expect((await rig.state()).outcome).toBe('refused');
    expect((await rig.state()).failure?.message).toContain('no-such-service');
    expect(await rig.kubectl('get', 'all', '-o', 'name')).toBe(before);
  });

  it('is a quota that is too small for two environments', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.kubectl('create', 'quota', 'small', '--hard=pods=3');
    const result = await rig.cutover('deploy', '-f', rig.spec(), '--wait', 'finished');
    expect(result.code).toBe(1);
    expect((await rig.state()).failure?.message).toContain('small');
  });
});

describe('the first deployment of an app', () => {
  it('becomes blue, and the Service selects it once it is good', async () => {
    rig = await ClusterRig.empty();
    const labels = { app: 'api', version: 'blue' };
    await rig.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'api-service' },
        spec: { selector: labels, ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] },
      },
    ]);
    const containers = [{ name: 'api', image: 'myapp:v1.0' }];
    const manifest = {
      kind: 'Deployment' as const,
      apiVersion: 'apps/v1',
      spec: { template: { spec: { containers } } },
    };
    const spec = rig.spec({ candidate: { manifest }, replicas: 2, ...unwatched });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'finished')).toMatchObject({ code: 0 });
    const state = await rig.state();
    expect(state).toMatchObject({ outcome: 'finished', stable: null, traffic: { slot: 'blue' } });
    expect(await rig.liveSlot()).toBe('blue');
  });
});

describe('a deployment started and steered by hand, with the CLI of Temporal', () => {
  it('behaves as through the CLI', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec: unknown = parse(readFileSync(rig.spec({ ...unwatched, approval: { required: true } }), 'utf8'));
    const workflow = ['--workflow-id', rig.id];
    const started = await rig.temporal(
      'workflow',
      'start',
      '--type',
      'BlueGreenDeploy',
      '--task-queue',
      'cutover',
      ...workflow,
      '--input',
      JSON.stringify(spec),
    );
    expect(started).toMatchObject({ code: 0 });
    await rig.when(at('approval'));
    const approval = ['--name', 'approve', '--input', '{"by": "ann", "reason": "by hand"}'];
    expect(await rig.temporal('workflow', 'update', 'execute', ...workflow, ...approval)).toMatchObject({ code: 0 });
    await rig.when(at('retention'));
    expect(await rig.temporal('workflow', 'signal', ...workflow, '--name', 'rollback', '--input', '{}')).toMatchObject({
      code: 0,
    });
    expect((await rig.when((state) => state.outcome !== 'running')).outcome).toBe('rolled-back');
    expect(await rig.liveSlot()).toBe('blue');
  });

  it('is refused under a wrong id, with the right one', async () => {
    rig = await ClusterRig.withSeed(1);
    const id = `${rig.namespace}-elsewhere`;
    const input = JSON.stringify({
      app: 'api',
      namespace: rig.namespace,
      service: 'api-service',
      candidate: { image: 'myapp:v2.0' },
    });
    await rig.temporal(
      'workflow',
      'start',
      '--type',
      'BlueGreenDeploy',
      '--task-queue',
      'cutover',
      '--workflow-id',
      id,
      '--input',
      input,
    );
    const result = await rig.temporal('workflow', 'result', '--workflow-id', id);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toContain(rig.id);
  });
});

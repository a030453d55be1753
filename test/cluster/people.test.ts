/** How people steer a deployment: through the CLI, and by hand with the CLI of Temporal. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterEach, describe, expect, it } from 'vitest';
import { at, expectNothingDropped, image, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

describe('a deployment that is stopped by people', () => {
  it('ends as rejected, with exit code 5, when approval is refused', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true } });
    const waiting = rig.cutover('deploy', '-f', spec, '--wait', 'finished');
    await rig.when(at('approval'));
    await rig.cutoverEnds(0, 'reject', rig.id, '--reason', 'not today');
    expect((await waiting).code).toBe(5);
  });

  it('ends with exit code 6 when nobody approves in time', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true, timeout: '1s' } });
    await rig.cutoverEnds(6, 'deploy', '-f', spec, '--wait', 'finished');
    expect((await rig.state()).outcome).toBe('approval-timed-out');
  });

  it('rolls back when the candidate has lost every pod, without asking anything of it', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutover('deploy', '-f', rig.spec({ ...unwatched }), '--wait', 'promoted');
    await rig.kubectl('scale', 'deployment/api-green', '--replicas=0');
    await rig.cutoverEnds(0, 'rollback', rig.id, '--reason', 'green is gone');
    expect(await rig.liveSlot()).toBe('blue');
    await load.stop();
  });

  it('is refused, with exit code 1, while another one is on its way; --replace rolls that one back first', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    await rig.cutover('deploy', '-f', rig.spec({ approval: { required: true } }));
    await rig.when(at('approval'));
    const refused = await rig.cutover('deploy', '-f', rig.spec());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(rig.id);
    const replaced = await rig.cutover('deploy', '-f', rig.spec(image('v2.1')), '--replace', '--wait', 'promoted');
    expect(replaced).toMatchObject({ code: 0 });
    expect((await rig.state()).candidate?.images).toEqual(['myapp:v2.1']);
    expectNothingDropped(await load.stop());
  });

  it('that waits no longer leaves the deployment running, with exit code 7', async () => {
    rig = await ClusterRig.withSeed(2);
    const spec = rig.spec({ approval: { required: true } });
    await rig.cutoverEnds(7, 'deploy', '-f', spec, '--wait', 'promoted', '--timeout', '2s');
    expect((await rig.state()).outcome).toBe('running');
  });
});

describe('a deployment started and steered by hand, with the CLI of Temporal', () => {
  it('behaves as through the CLI', async () => {
    rig = await ClusterRig.withSeed(2);
    const file = rig.spec({ ...unwatched, approval: { required: true } });
    await rig.grant(file);
    const spec: unknown = parse(readFileSync(file, 'utf8'));
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

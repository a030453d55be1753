/** The logs of both slots, as the pods of the sandbox write them and its API server gives them. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { image, unwatched } from './expected.ts';
import { FaultProxy, type Fault } from './faults/fault-proxy.ts';
import { OwnWorker } from './faults/own-worker.ts';
import { ClusterRig, quickSpec } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Answers well, and logs an error for each request. */
const erring = 'v2.0-logged-errors';
const template = 'no price known after <duration>';

async function deploy(code: number, stable: string, changes: Partial<SpecInput>): Promise<void> {
  rig = await ClusterRig.withSeed(2, `myapp:${stable}`);
  await rig.cutoverEnds(code, 'deploy', '-f', rig.spec({ drain: '0s', ...changes }), '--wait', 'promoted');
}

describe('a candidate that logs an error', () => {
  it('which stable does not log fails its soak, with the template named', async () => {
    await deploy(3, 'v1.0', image(erring));
    const { evidence, failure } = await rig.state();
    expect(evidence.soak).toMatchObject({
      verdict: 'fail',
      logs: { templates: [{ template, kind: 'new', podCount: 2, stableCount: 0 }] },
    });
    expect(evidence.soak?.findings).toContainEqual(expect.objectContaining({ metric: 'logs', verdict: 'fail' }));
    expect(failure?.message).toContain(`the candidate logs an error that stable does not: "${template}"`);
    const { stdout } = await rig.cutover('status', rig.id);
    expect(stdout).toMatch(/✗ \d+× no price known after <duration> \(not in the logs of stable\)/);
    expect(stdout).toMatch(/on api-green-\S+, api-green-\S+, first at \d\d:\d\d:\d\d UTC: no price known after \d+ ms/);
  });

  it('which stable does not log fails its monitor, and production is switched back', async () => {
    rig = await ClusterRig.withSeed(2);
    const load = await rig.load();
    const changes = { ...image(erring), soak: { duration: '0s' }, drain: '0s' };
    await rig.cutoverEnds(3, 'deploy', '-f', rig.spec(changes), '--wait', 'promoted');
    await load.stop();
    const { evidence } = await rig.state();
    expect(evidence.monitor).toMatchObject({ verdict: 'fail', logs: { templates: [{ template, kind: 'new' }] } });
    expect(await rig.liveSlot()).toBe('blue');
  });

  it('which stable logs, too, passes', async () => {
    await deploy(0, 'v1.0-logged-errors', { ...image(erring), ...unwatched });
    const { evidence } = await rig.state();
    expect(evidence.soak).toMatchObject({ verdict: 'pass', logs: { templates: [{ template, kind: 'known' }] } });
  });

  it('which the spec allows passes', async () => {
    await deploy(0, 'v1.0', { ...image(erring), ...unwatched, logs: { allow: ['^no price known'] } });
    const { evidence } = await rig.state();
    expect(evidence.soak).toMatchObject({ verdict: 'pass', logs: { templates: [] } });
    expect(evidence.soak?.logs?.candidate.allowed).toBeGreaterThan(5);
  });
});

describe('logs that cannot be read', () => {
  it.each<[string, Fault, string]>([
    ['are refused', { kind: 'answer', status: 403 }, 'may not get pods/log'],
    ['never come', { kind: 'delay', ms: 60_000 }, 'no answer'],
  ])('as they %s are insufficient data, by which the candidate is removed', async (_how, fault, why) => {
    const proxy = await FaultProxy.before(inject('sandbox').deployerKubeconfig);
    const worker = new OwnWorker({ ways: { deployerKubeconfig: proxy.kubeconfig } });
    try {
      await worker.start();
      proxy.decide = ({ path }) => (/\/pods\/[^/]+\/log(\?|$)/.test(path) ? fault : null);
      rig = await ClusterRig.withSeed(2);
      rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
      const spec = rig.spec({ drain: '0s', soak: { ...quickSpec.soak, extension: '0s' } });
      await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'promoted');
      const { soak } = (await rig.state()).evidence;
      expect(soak?.verdict).toBe('insufficient-data');
      expect(soak?.reason).toMatch(/the logs of .*could not be read/);
      expect(soak?.unmeasured.map(({ reason }) => reason).join('\n')).toContain(why);
    } finally {
      await worker.stop();
      proxy.close();
    }
  });
});

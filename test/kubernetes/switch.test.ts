import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claim } from '../../src/kubernetes/claim.ts';
import {
  nextGiveBack,
  releasePatch,
  rescuePatch,
  switchBackPatch,
  type GiveBack,
} from '../../src/kubernetes/give-back.ts';
import { readProduction } from '../../src/kubernetes/production.ts';
import { patchService } from '../../src/kubernetes/service-patch.ts';
import { makeSwitch, type Switch } from '../../src/kubernetes/switch.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { ModelCluster } from './model-cluster.ts';
import { service } from './objects.ts';

const reference = { namespace: 'default', service: 'api-service' };
const deployed = { ...reference, app: 'api', runId: 'run-1' };
const ready = (): Promise<void> => Promise.resolve();

function forth(fence: number, runId = 'run-1'): Switch {
  return { ...deployed, runId, from: 'blue', to: 'green', fence, nextFence: fence + 1, release: false };
}

async function giveBack(
  cluster: Cluster,
  fence: number | null,
  runId = 'run-1',
  inPlaceOf: string | null = null,
): Promise<string> {
  const wanted: GiveBack = {
    ...deployed,
    runId,
    inPlaceOf,
    stable: 'blue',
    candidate: 'green',
    fence,
    stableLabels: null,
  };
  for (;;) {
    const live = await readProduction(cluster, reference);
    const step = nextGiveBack(live, wanted);
    if (step.kind !== 'switch' && step.kind !== 'release') return step.kind;
    const make =
      step.kind === 'switch' ? switchBackPatch(live, wanted, step, new Date()) : releasePatch(live, wanted, step.fence);
    if ((await patchService(cluster, reference, make)).applied) return step.kind;
  }
}

describe('a switch', () => {
  it('moves the selector and the fence in one patch', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    expect(await makeSwitch(model.cluster, forth(fence), ready)).toMatchObject({ fence: 2, adopted: false });
    expect(model.version).toBe('green');
    expect(model.annotations).toMatchObject({
      'cutover.dev/fence': '2',
      'cutover.dev/switched-by': 'run-1',
      'cutover.dev/switched-to': 'green',
    });
  });

  it('whose answer was lost is adopted by the next attempt', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    model.losesAnswers = 1;
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toThrow('socket hang up');
    expect(await makeSwitch(model.cluster, forth(fence), ready)).toMatchObject({ fence: 2, adopted: true });
    expect(model.selected).toEqual(['blue', 'green']);
  });

  it('is not made to a slot that is not ready', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    await expect(makeSwitch(model.cluster, forth(fence), () => Promise.reject(new Error('not ready')))).rejects.toThrow(
      'not ready',
    );
    expect(model.selected).toEqual(['blue']);
  });

  it('tells a lost fence from a selector that was edited', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    await expect(makeSwitch(model.cluster, forth(fence + 3), ready)).rejects.toMatchObject({ failure: 'FenceLost' });
    const selector = model.service.spec?.selector ?? {};
    selector['version'] = 'purple';
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toMatchObject({
      failure: 'SelectorChanged',
      message: expect.stringContaining('version=purple') as string,
    });
  });
});

async function claimed(): Promise<{ readonly model: ModelCluster; readonly fence: number }> {
  const model = new ModelCluster(service());
  return { model, fence: await claim(model.cluster, { ...deployed, stableSlot: 'blue' }) };
}

describe('a switch of a Service that was edited', () => {
  it('is not made where nobody can read the fence', async () => {
    const { model, fence } = await claimed();
    Object.assign(model.annotations, { 'cutover.dev/fence': 'abc' });
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toMatchObject({
      failure: 'FenceLost',
      message: expect.stringMatching(/cutover\.dev\/fence .*"abc", which is no sequence number/) as string,
    });
    expect(model.selected).toEqual(['blue']);
  });

  it('is not made where a label comes to the selector after the last look', async () => {
    const { model, fence } = await claimed();
    const meanwhile = async (): Promise<void> => {
      Object.assign(model.service.spec?.selector ?? {}, { canary: 'yes' });
    };
    await expect(makeSwitch(model.cluster, forth(fence), meanwhile)).rejects.toThrow('testing /spec/selector failed');
    expect(model.selected).toEqual(['blue']);
  });
});

describe('a switch of a Service whose annotations were wiped', () => {
  it('is not made where another deployment has come to hold the same number', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    model.service = service();
    expect(await claim(model.cluster, { ...deployed, runId: 'run-2', stableSlot: 'blue' })).toBe(fence);
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toMatchObject({
      failure: 'FenceLost',
      message: expect.stringContaining('default/api/run-2') as string,
    });
    expect(model.selected).toEqual(['blue']);
  });

  it('is not made where that happens after the last look', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    const meanwhile = async (): Promise<void> => {
      model.service = service();
      await claim(model.cluster, { ...deployed, runId: 'run-2', stableSlot: 'blue' });
    };
    await expect(makeSwitch(model.cluster, forth(fence), meanwhile)).rejects.toMatchObject({ failure: 'FenceLost' });
    expect(model.selected).toEqual(['blue']);
  });
});

describe('a rollback', () => {
  it('says which cutover it has taken back, also to the attempt after one whose answer was lost', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    const made = await makeSwitch(model.cluster, forth(fence), ready);
    const wanted: GiveBack = {
      ...deployed,
      ...{ runId: 'run-1', inPlaceOf: null, stable: 'blue', candidate: 'green', fence, stableLabels: null },
    };
    const look = async () => nextGiveBack(await readProduction(model.cluster, reference), wanted);
    const undoes = { fence: made.fence, at: model.annotations['cutover.dev/switched-at'] };
    expect(await look()).toMatchObject({ kind: 'switch', undoes });
    await giveBack(model.cluster, fence);
    expect(await look()).toMatchObject({ kind: 'done', undoes });
  });

  it('of what was switched by hand takes back no cutover', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    Object.assign(model.service.spec?.selector ?? {}, { version: 'green' });
    const wanted: GiveBack = {
      ...deployed,
      ...{ runId: 'run-1', inPlaceOf: null, stable: 'blue', candidate: 'green', fence, stableLabels: null },
    };
    expect(nextGiveBack(await readProduction(model.cluster, reference), wanted)).toMatchObject({
      kind: 'switch',
      undoes: null,
    });
  });

  it('only fences off where production never left stable, once', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    expect(await giveBack(model.cluster, fence)).toBe('release');
    expect(await giveBack(model.cluster, fence)).toBe('done');
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toMatchObject({ failure: 'FenceLost' });
  });

  it('before the claim is known keeps a claim that is on its way from succeeding', async () => {
    for (const earlier of [undefined, { 'cutover.dev/owner': 'default/api/run-0', 'cutover.dev/fence': '7' }]) {
      const model = new ModelCluster(service('blue', earlier === undefined ? {} : { annotations: earlier }));
      expect(await giveBack(model.cluster, null)).toBe('release');
      expect(await giveBack(model.cluster, null)).toBe('done');
      await expect(claim(model.cluster, { ...deployed, stableSlot: 'blue' })).rejects.toMatchObject({
        failure: 'FenceLost',
      });
      expect(model.selected).toEqual(['blue']);
    }
  });

  it('leaves alone what another deployment holds, and what was edited by hand', async () => {
    const taken = new ModelCluster(service());
    const fence = await claim(taken.cluster, { ...deployed, stableSlot: 'blue' });
    await claim(taken.cluster, { ...deployed, runId: 'run-2', stableSlot: 'blue' });
    expect(await giveBack(taken.cluster, fence)).toBe('taken');
    const edited = new ModelCluster(service('purple', { annotations: { 'cutover.dev/owner': 'default/api/run-1' } }));
    expect(await giveBack(edited.cluster, 1)).toBe('changed');
  });

  it('takes the place of a deployment that has ended, whose late attempts then fail, and of no other', async () => {
    const model = new ModelCluster(service());
    const fence = await claim(model.cluster, { ...deployed, stableSlot: 'blue' });
    await makeSwitch(model.cluster, forth(fence), ready);
    expect(await giveBack(model.cluster, null, 'run-2', 'run-0')).toBe('taken');
    expect(await giveBack(model.cluster, null, 'run-2', 'run-1')).toBe('switch');
    expect(await giveBack(model.cluster, null, 'run-2', 'run-1')).toBe('done');
    await expect(makeSwitch(model.cluster, forth(fence), ready)).rejects.toMatchObject({ failure: 'FenceLost' });
    expect(model.selected).toEqual(['blue', 'green', 'blue']);
  });

  it('that gave stable a Service with which nothing was served is known again when its answer was lost', async () => {
    const model = new ModelCluster(service('purple', { annotations: { 'cutover.dev/owner': 'default/api/run-1' } }));
    const wanted = {
      ...deployed,
      inPlaceOf: null,
      stable: 'blue',
      candidate: 'green',
      fence: 1,
      stableLabels: null,
    } as const;
    model.losesAnswers = 1;
    const patch = rescuePatch(await readProduction(model.cluster, reference), wanted, 2, new Date());
    await expect(patchService(model.cluster, reference, patch)).rejects.toThrow('socket hang up');
    const again = nextGiveBack(await readProduction(model.cluster, reference), wanted);
    expect(again).toMatchObject({ kind: 'done', fence: 2, rescued: true });
  });

  it('takes production back though the annotations were wiped', async () => {
    const model = new ModelCluster(service('green'));
    expect(await giveBack(model.cluster, 2)).toBe('switch');
    expect(model.version).toBe('blue');
    expect(model.annotations['cutover.dev/fence']).toBe('3');
  });
});

describe('in whatever order requests arrive', () => {
  it('nothing moves production after a rollback, and it ends on stable (invariant 4)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        async (s, attempts, lost) => {
          const model = new ModelCluster(service(), () => s.schedule(Promise.resolve()));
          const claiming = claim(model.cluster, { ...deployed, stableSlot: 'blue' });
          await s.waitFor(claiming);
          const fence = await claiming;
          model.losesAnswers = lost;
          const cutovers = Array.from({ length: attempts }, () =>
            makeSwitch(model.cluster, forth(fence), ready).catch(() => null),
          );
          const rollback = giveBack(model.cluster, fence).catch(() => giveBack(model.cluster, fence));
          await s.waitFor(Promise.all([...cutovers, rollback]));
          await s.waitFor(makeSwitch(model.cluster, forth(fence), ready).catch(() => null));
          expect(model.version).toBe('blue');
          expect([['blue'], ['blue', 'green', 'blue']]).toContainEqual(model.selected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of two deployments only the one that claimed last moves production', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const model = new ModelCluster(service(), () => s.schedule(Promise.resolve()));
        const run = async (runId: string): Promise<boolean> => {
          const fence = await claim(model.cluster, { ...deployed, runId, stableSlot: 'blue' });
          return makeSwitch(model.cluster, forth(fence, runId), ready).then(
            () => true,
            () => false,
          );
        };
        const runs = Promise.all([run('run-1'), run('run-2').catch(() => false)].map((one) => one.catch(() => false)));
        await s.waitFor(runs);
        const { 'cutover.dev/owner': owner, 'cutover.dev/switched-by': by } = model.annotations;
        const moved = model.version === 'green';
        expect(moved ? `default/api/${by}` : owner).toBe(owner);
        expect(model.selected.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });
});

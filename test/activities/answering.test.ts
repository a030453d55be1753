import { beforeEach, describe, expect, it } from 'vitest';
import { deafPods, whoIsSilent } from '../../src/activities/answering.ts';
import { readPods } from '../../src/kubernetes/slot.ts';
import { SlotsRig } from './slots-rig.ts';

const slot = { namespace: 'default', app: 'api', slot: 'green' } as const;
let rig: SlotsRig;
beforeEach(async () => {
  rig = await SlotsRig.of({ green: { version: 'v2.0', pods: 2 } });
});

const ask = (): Promise<string | null> =>
  whoIsSilent(rig.dependencies, rig.target({}).spec, slot, new AbortController().signal);

describe('pods without a readiness probe', () => {
  it('serve once each of them answers', async () => {
    expect(await ask()).toBeNull();
  });

  it('do not serve while one does not listen, and the reason is told', async () => {
    rig.close('api-green-1');
    expect(await ask()).toMatch(/^1 of 2 pods answer on port \d+; .*connection refused/);
  });

  it('do not serve once one that had been counted has crashed', async () => {
    for (const pod of rig.pods) pod.ready = false;
    expect(await ask()).toMatch(/^0 of 2 pods answer on port \d+$/);
  });
});

async function deaf(): Promise<string[]> {
  const pods = await readPods(rig.dependencies.cluster, slot);
  const { signal } = new AbortController();
  const found = await deafPods(rig.dependencies, rig.target({}).spec, slot, { pods, signal });
  return found.map(({ name }) => name);
}

describe('of pods that count as ready since just now', () => {
  beforeEach(() => {
    for (const pod of rig.pods) pod.readySince = new Date().toISOString();
  });

  it('those are deaf that refuse connections', async () => {
    expect(await deaf()).toEqual([]);
    rig.close('api-green-1');
    expect(await deaf()).toEqual(['api-green-1']);
  });

  it('none is deaf that has counted as ready for long, and none is asked', async () => {
    for (const pod of rig.pods) pod.readySince = '2020-01-01T00:00:00Z';
    rig.close('api-green-1');
    expect(await deaf()).toEqual([]);
    expect(rig.pods.map(({ requests }) => requests)).toEqual([0, 0]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { whoIsSilent } from '../../src/activities/answering.ts';
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

import { expect, it } from 'vitest';
import { assertClaimed, claim, type Claim } from '../../src/kubernetes/claim.ts';
import { ModelCluster } from './model-cluster.ts';
import { pod, service } from './objects.ts';

const wanted: Claim = { namespace: 'default', service: 'api-service', app: 'api', runId: 'run-1', stableSlot: 'blue' };
const first: Claim = { ...wanted, stableSlot: null };

it('takes the next fence, also on a Service without annotations, and keeps it when it claims again', async () => {
  const model = new ModelCluster(service());
  expect(await claim(model.cluster, wanted)).toBe(1);
  expect(await claim(model.cluster, wanted)).toBe(1);
  expect(model.annotations).toEqual({ 'cutover.dev/fence': '1', 'cutover.dev/owner': 'default/api/run-1' });
  await assertClaimed(model.cluster, wanted);
});

it('takes the fence over from an earlier deployment, which has lost it then', async () => {
  const model = new ModelCluster(service());
  await claim(model.cluster, wanted);
  expect(await claim(model.cluster, { ...wanted, runId: 'run-2' })).toBe(2);
  await expect(assertClaimed(model.cluster, wanted)).rejects.toMatchObject({ failure: 'FenceLost' });
});

it('never claims again after its rollback', async () => {
  const model = new ModelCluster(service('blue', { annotations: { 'cutover.dev/released': 'run-1' } }));
  await expect(claim(model.cluster, wanted)).rejects.toMatchObject({ failure: 'FenceLost' });
});

it('is refused when production was switched since preflight', async () => {
  const model = new ModelCluster(service('green'));
  await expect(claim(model.cluster, wanted)).rejects.toMatchObject({ failure: 'SelectorChanged' });
  expect(model.annotations).toEqual({});
});

it('parks the Service in a first deployment, so that it selects nothing before the cutover', async () => {
  for (const version of ['blue', null]) {
    const model = new ModelCluster(service(version));
    expect(await claim(model.cluster, first)).toBe(1);
    expect(model.version).toBe('none');
  }
});

it('parks no Service that serves pods', async () => {
  const model = new ModelCluster(service('blue'));
  model.pods = [pod('a')];
  await expect(claim(model.cluster, first)).rejects.toMatchObject({ failure: 'SelectorChanged' });
  expect(model.version).toBe('blue');
});

it('gives each of many deployments at once a fence of its own', async () => {
  const model = new ModelCluster(service());
  const runs = Array.from({ length: 10 }, (_, index) => `run-${index}`);
  const fences = await Promise.all(runs.map((runId) => claim(model.cluster, { ...wanted, runId })));
  expect(new Set(fences).size).toBe(10);
});

it('is refused where nobody can read the fence', async () => {
  const model = new ModelCluster(service('blue', { annotations: { 'cutover.dev/fence': 'abc' } }));
  await expect(claim(model.cluster, wanted)).rejects.toMatchObject({ failure: 'Refused' });
  expect(model.annotations).toEqual({ 'cutover.dev/fence': 'abc' });
});

it('is refused when the selector is of another app since preflight', async () => {
  const model = new ModelCluster(service());
  Object.assign(model.service.spec?.selector ?? {}, { app: 'shop' });
  await expect(claim(model.cluster, wanted)).rejects.toMatchObject({ failure: 'SelectorChanged' });
});

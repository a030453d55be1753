import { setImmediate } from 'node:timers/promises';
import { ApiException } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { createRollback } from '../../src/activities/rollback.ts';
import type { RollbackInput, RollbackResult } from '../../src/activities/contract.ts';
import { DeploymentError } from '../../src/domain/failure.ts';
import type { Access } from '../../src/kubernetes/access/index.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { ModelCluster } from '../kubernetes/model-cluster.ts';
import { pod } from '../kubernetes/objects.ts';
import { attemptOf } from './attempts.ts';
import { parsed } from '../workflows/scripted-activities.ts';

const input: RollbackInput = {
  spec: parsed({ app: 'api', service: 'api-service', candidate: { image: 'a:2' }, timeouts: { rollback: '5s' } }),
  runId: 'run',
  stableSlot: 'blue',
  candidateSlot: 'green',
  by: 'ann',
  reason: 'drill',
  requestedAt: new Date().toISOString(),
  fence: 1,
  mayHaveSwitched: true,
};

const unverified = { ...input.spec, timeouts: { ...input.spec.timeouts, cutover: '1ms' } } as const;

const service = {
  metadata: {
    name: 'api-service',
    resourceVersion: '1',
    annotations: { 'cutover.dev/fence': '1', 'cutover.dev/owner': 'default/api/run' },
  },
  spec: { selector: { app: 'api', version: 'green' } },
};

it('scales stable up again, also when somebody changes its Deployment at the same time', async () => {
  const conflict = new ApiException(409, 'Conflict', '{"reason":"Conflict"}', {});
  const scaled = new DeploymentError('Refused', 'scaled at the third attempt');
  let patches = 0;
  const json = async (request: ApiRequest): Promise<unknown> => {
    if (request.path.endsWith('/services/api-service')) return structuredClone(service);
    if (request.path.endsWith('/pods')) return { items: [] };
    if (request.method !== 'PATCH') return { metadata: { uid: '1', resourceVersion: '1' }, spec: { replicas: 0 } };
    patches += 1;
    if (patches < 3) throw conflict;
    throw scaled;
  };
  const cluster = { api: { json } } as unknown as Cluster;
  const rollback = createRollback({ cluster, access: {} as Access });
  await expect(rollback(input, attemptOf())).rejects.toThrow(scaled);
  expect(patches).toBe(3);
});

function changedTo(selector: Record<string, string> | undefined): ModelCluster {
  const { metadata } = structuredClone(service);
  return new ModelCluster({ metadata, spec: selector === undefined ? {} : { selector } });
}

const run = (model: ModelCluster): Promise<unknown> =>
  createRollback({ cluster: model.cluster, access: {} as Access })({ ...input, spec: unverified }, attemptOf());

describe('a rollback that finds the selector changed by hand', () => {
  it.each([
    ['a value that no pod has', { app: 'api', version: 'purple' }],
    ['a slot without ready pods of another app', { app: 'other', version: 'purple' }],
    ['nothing at all', undefined],
  ])('to %s gives production to stable, which is ready', async (_, selector) => {
    const model = changedTo(selector);
    model.pods = [pod('b1')];
    await run(model).catch(() => undefined);
    expect(model.service.spec?.selector).toEqual({ app: 'api', version: 'blue' });
    expect(model.annotations).toMatchObject({ 'cutover.dev/fence': '2', 'cutover.dev/released': 'run' });
  });

  it('leaves production alone while what it selects has a ready pod', async () => {
    const model = changedTo({ app: 'api', version: 'purple' });
    model.pods = [pod('b1'), pod('p1', { version: 'purple' })];
    await expect(run(model)).rejects.toMatchObject({ failure: 'SelectorChanged' });
    expect(model.version).toBe('purple');
  });

  it('leaves production alone while stable is not ready', async () => {
    const model = changedTo({ app: 'api', version: 'purple' });
    model.pods = [pod('b1', { ready: false })];
    await expect(run(model)).rejects.toMatchObject({ failure: 'SelectorChanged' });
    expect(model.version).toBe('purple');
  });
});

const gone = (): Promise<never> => Promise.reject(new ApiException(410, 'Gone', '', {}));

/** The model with stable's Deployment, whose watches end at once, so that everything is listed again. */
function followed(model: ModelCluster): Cluster {
  const deployment = { metadata: { name: 'api-blue', uid: 'd' }, spec: { replicas: 1 } };
  const metadata = { resourceVersion: '1' };
  const json = async (request: ApiRequest): Promise<unknown> => {
    if (request.path.endsWith('/deployments/api-blue')) return deployment;
    if (request.path.endsWith('/deployments')) return { metadata, items: [deployment] };
    if (request.path.endsWith('/services')) return { metadata, items: [model.service] };
    return { metadata, ...(await model.cluster.api.json<object>(request)) };
  };
  return { api: { json, open: gone } } as unknown as Cluster;
}

it('waits for stable where nobody is served, and gives it production as soon as it is ready', async () => {
  const model = changedTo({ app: 'api', version: 'purple' });
  model.pods = [pod('b1', { ready: false })];
  const attempt = attemptOf();
  const rollback = createRollback({ cluster: followed(model), access: {} as Access });
  const ended = rollback({ ...input, spec: unverified }, attempt).catch((error: unknown) => error);
  await expect.poll(() => attempt.beats.at(-1)?.progress.summary).toContain('nobody is served');
  expect(model.version).toBe('purple');
  model.pods = [pod('b1')];
  await ended;
  expect(model.service.spec?.selector).toEqual({ app: 'api', version: 'blue' });
});

it('ends that wait without a switch where what is selected gets a ready pod first', async () => {
  const model = changedTo({ app: 'api', version: 'purple' });
  model.pods = [pod('b1', { ready: false })];
  const attempt = attemptOf();
  const rollback = createRollback({ cluster: followed(model), access: {} as Access });
  const ended = rollback({ ...input, spec: unverified }, attempt).catch((error: unknown) => error);
  await expect.poll(() => attempt.beats.at(-1)?.progress.summary).toContain('nobody is served');
  model.pods = [...model.pods, pod('p1', { version: 'purple' })];
  expect(await ended).toMatchObject({ failure: 'SelectorChanged' });
  expect(model.version).toBe('purple');
});

it('does not ask without a pause where each patch is refused', async () => {
  const stop = new AbortController();
  let patches = 0;
  const json = async (request: ApiRequest): Promise<unknown> => {
    await setImmediate();
    if (request.method === 'PATCH') {
      patches += 1;
      if (patches === 16) stop.abort();
      throw new ApiException(422, 'Invalid', '{"reason":"Invalid","message":"denied by a policy"}', {});
    }
    if (request.path.endsWith('/services/api-service')) return structuredClone(service);
    return { items: [pod('b1'), pod('g1', { version: 'green' })] };
  };
  const cluster = { api: { json } } as unknown as Cluster;
  const rollback = createRollback({ cluster, access: {} as Access });
  const startedAt = performance.now();
  await expect(rollback(input, attemptOf({ signal: stop.signal }))).rejects.toThrow('aborted');
  // They come to seconds, or where the machine was busy and it began anew with short ones, to half of one.
  expect(performance.now() - startedAt).toBeGreaterThan(400);
});

function unreadableFence(version: string): ModelCluster {
  const model = changedTo({ app: 'api', version });
  Object.assign(model.annotations, { 'cutover.dev/fence': 'abc' });
  model.pods = [pod('b1')];
  return model;
}

function runOnSeven({ cluster }: ModelCluster): Promise<RollbackResult> {
  return createRollback({ cluster, access: {} as Access })({ ...input, spec: unverified, fence: 7 }, attemptOf());
}

describe('a rollback that finds a fence which is no number', () => {
  it('fences off with the next one that its deployment knows, and says so', async () => {
    const model = unreadableFence('blue');
    const notes = [expect.stringMatching(/fence on the Service to "abc".*it is 8 again/) as string];
    expect(await runOnSeven(model)).toMatchObject({ switched: null, fence: 8, notes });
    expect(model.annotations).toMatchObject({ 'cutover.dev/fence': '8', 'cutover.dev/released': 'run' });
  });

  it('switches back all the same', async () => {
    const model = unreadableFence('green');
    await runOnSeven(model).catch(() => undefined);
    expect(model.version).toBe('blue');
    expect(model.annotations).toMatchObject({ 'cutover.dev/fence': '8', 'cutover.dev/switched-to': 'blue' });
  });
});

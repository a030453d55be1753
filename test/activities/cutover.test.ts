import { expect, it } from 'vitest';
import { createCutover } from '../../src/activities/cutover.ts';
import type { SwitchInput } from '../../src/activities/contract.ts';
import type { Access } from '../../src/kubernetes/access/index.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { ModelCluster } from '../kubernetes/model-cluster.ts';
import { parsed } from '../workflows/scripted-activities.ts';
import { pod } from '../kubernetes/objects.ts';
import { attemptOf } from './attempts.ts';

const input: SwitchInput = {
  spec: parsed({ app: 'api', service: 'api-service', candidate: { image: 'a:2' }, timeouts: { cutover: '5s' } }),
  runId: 'run',
  stableSlot: 'blue',
  candidateSlot: 'green',
  by: 'ci',
  reason: 'build 7',
  requestedAt: new Date().toISOString(),
  fence: 1,
};

const service = {
  metadata: {
    name: 'api-service',
    resourceVersion: '1',
    annotations: { 'cutover.dev/fence': '1', 'cutover.dev/owner': 'default/api/run' },
  },
  spec: { selector: { app: 'api', version: 'blue' } },
};

it('switches nothing once its time is over, however ready the candidate is', async () => {
  const asked: ApiRequest[] = [];
  const json = async (request: ApiRequest): Promise<unknown> => {
    asked.push(request);
    return structuredClone(service);
  };
  const cutover = createCutover({ cluster: { api: { json } } as unknown as Cluster, access: {} as Access });
  await expect(cutover(input, { ...attemptOf(), remaining: () => 0 })).rejects.toMatchObject({
    failure: 'DeadlineExceeded',
    message: expect.stringContaining(
      'timeouts.cutover (5s) is over and the Service "api-service" was not switched: ',
    ) as string,
  });
  expect(asked.map(({ method = 'GET' }) => method)).toEqual(['GET']);
});

it('switches nothing where its time passes while the API server is asked for the pods', async () => {
  const asked: ApiRequest[] = [];
  let leftMs = 5_000;
  const json = async (request: ApiRequest): Promise<unknown> => {
    asked.push(request);
    if (!request.path.endsWith('/pods')) return structuredClone(service);
    leftMs = 0;
    return { items: [pod('g1', { version: 'green' })] };
  };
  const cutover = createCutover({ cluster: { api: { json } } as unknown as Cluster, access: {} as Access });
  const attempt = { ...attemptOf(), remaining: () => leftMs };
  await expect(cutover(input, attempt)).rejects.toMatchObject({ failure: 'DeadlineExceeded' });
  expect(asked.map(({ method = 'GET' }) => method)).toEqual(['GET', 'GET']);
});

it('goes to no candidate that the selector does not reach, because somebody has added a label to it', async () => {
  const model = new ModelCluster({ ...service, spec: { selector: { app: 'api', version: 'blue', canary: 'yes' } } });
  model.pods = [pod('g1', { version: 'green' })];
  const cutover = createCutover({ cluster: model.cluster, access: {} as Access });
  await expect(cutover(input, attemptOf())).rejects.toMatchObject({
    failure: 'SelectorChanged',
    message: expect.stringContaining('would reach 0 of the 1 ready pods') as string,
  });
  expect(model.version).toBe('blue');
});

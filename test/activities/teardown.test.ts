import { ApiException } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTeardown } from '../../src/activities/teardown.ts';
import type { TeardownInput } from '../../src/activities/contract.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { attemptOf } from './attempts.ts';
import { parsed } from '../workflows/scripted-activities.ts';

/** What a GET of each path answers; what is not here does not exist. */
let objects: Record<string, unknown>;
let changes: string[];

const at = '/api/v1/namespaces/default';
const service = (selector: Record<string, string>) => ({ metadata: { name: 'api-service' }, spec: { selector } });
const readyPod = { metadata: { name: 'green-1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };

beforeEach(() => {
  changes = [];
  objects = {
    '/apis/apps/v1/namespaces/default/deployments/api-blue': { metadata: { name: 'api-blue', uid: '1' }, spec: {} },
    [`${at}/services/api-service`]: service({ app: 'api', version: 'green' }),
    '/apis/apps/v1/namespaces/default/deployments': { metadata: {}, items: [] },
    [`${at}/pods`]: { metadata: {}, items: [readyPod] },
  };
});

const missing = new ApiException(404, 'Not Found', '', {});

const json = (request: ApiRequest): Promise<unknown> => {
  if ((request.method ?? 'GET') !== 'GET') changes.push(`${request.method} ${request.path}`);
  const object = objects[request.path];
  return object === undefined ? Promise.reject(missing) : Promise.resolve(structuredClone(object));
};
const open = (): Promise<never> => Promise.reject(new Error('no watch here'));

function teardown(): Promise<unknown> {
  const spec = parsed({
    app: 'api',
    service: 'api-service',
    candidate: { image: 'a:2' },
    timeouts: { teardown: '1s' },
  });
  const input: TeardownInput = {
    spec,
    runId: 'run',
    stableSlot: 'blue',
    candidateSlot: 'green',
    slot: 'blue',
    how: 'delete',
  };
  return createTeardown({ cluster: { api: { json, open } } as unknown as Cluster })(input, attemptOf());
}

describe('the fallback is not removed', () => {
  it.each([
    ['selects it', { app: 'api', version: 'blue' }, 'selects it'],
    ['selects a third value', { app: 'api', version: 'other' }, 'selects app=api, version=other and not api-green'],
    ['selects another app', { app: 'shop', version: 'green' }, 'selects app=shop, version=green and not api-green'],
    ['selects no version', { app: 'api' }, 'selects app=api and not api-green'],
    ['selects nothing', {}, 'selects nothing and not api-green'],
  ] as const)('while the Service %s', async (_what, selector, message) => {
    objects[`${at}/services/api-service`] = service(selector);
    await expect(teardown()).rejects.toThrow(message);
    expect(changes).toEqual([]);
  });

  it('when the Service is gone', async () => {
    delete objects[`${at}/services/api-service`];
    await expect(teardown()).rejects.toThrow('the Service "api-service" does not exist any more');
    expect(changes).toEqual([]);
  });

  it('when the candidate has no ready pod any more', async () => {
    objects[`${at}/pods`] = { metadata: {}, items: [] };
    await expect(teardown()).rejects.toThrow('api-green does not have the 1 ready pods that it needs');
    expect(changes).toEqual([]);
  });
});

it('is removed once the candidate serves', async () => {
  // Here nothing tells that its pods are gone, so that it ends with its deadline.
  await expect(teardown()).rejects.toThrow('timeouts.teardown (1s) is over and api-blue is not gone');
  expect(changes).toEqual(['DELETE /apis/apps/v1/namespaces/default/deployments/api-blue']);
});

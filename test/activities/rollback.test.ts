import { ApiException } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { createRollback } from '../../src/activities/rollback.ts';
import type { RollbackInput } from '../../src/activities/contract.ts';
import { DeploymentError } from '../../src/domain/failure.ts';
import type { Access } from '../../src/kubernetes/access/index.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
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

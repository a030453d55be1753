import { expect, it, vi } from 'vitest';
import { CheckJobs } from '../../src/activities/check-jobs.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

it('tries a Job again that could not be run while the API server was away', async () => {
  const rig = await SlotsRig.of({});
  let asked = 0;
  const json = (): Promise<unknown> => {
    asked += 1;
    return Promise.reject(new Error(`the API server is away, ${asked}`));
  };
  const cluster = { api: { json } } as unknown as Cluster;
  const jobs = new CheckJobs({ cluster, target: rig.target({}), attempt: new RigAttempt(), step: 'soak' });
  const reading = () => jobs.reading({ within: '1m', podSpec: { containers: [] } }, 0);
  expect(reading()).toEqual({ kind: 'running', reason: 'its Job is still running' });
  await vi.waitFor(() => expect(reading()).toMatchObject({ kind: 'missing' }));
  await vi.waitFor(() => expect(asked).toBeGreaterThan(1));
  await jobs.end();
});

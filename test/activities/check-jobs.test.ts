import { CancelledFailure } from '@temporalio/common';
import { expect, describe, it } from 'vitest';
import { CheckJobs } from '../../src/activities/check-jobs.ts';
import type { Target } from '../../src/activities/contract.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { createSmoke } from '../../src/activities/smoke.ts';
import { createSoak } from '../../src/activities/soak.ts';
import type { HeartbeatDetails } from '../../src/domain/progress.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { JobsRig } from './jobs-rig.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const job = { podSpec: { containers: [{ name: 'it', image: 'node:20' }] } };
const checks = [{ name: 'journey', job }];
const soak = { duration: '1m', extension: '0s', interval: '200ms', traffic: { requestsPerSecond: 0 }, checks };
const good = { version: 'v1.0', pods: 1 };

async function withJobs(duration = soak.duration): Promise<{
  jobs: JobsRig;
  dependencies: Dependencies;
  target: Target;
}> {
  const rig = await SlotsRig.of({ blue: good, green: good });
  const jobs = new JobsRig();
  const dependencies = { ...rig.dependencies, cluster: jobs.beside(rig.dependencies.cluster) };
  const target = rig.target({ metrics: 'none', logs: 'none', smoke: { checks }, soak: { ...soak, duration } });
  return { jobs, dependencies, target };
}

const hasOutcome = ({ progress }: HeartbeatDetails): boolean =>
  progress.watch?.checks?.some(({ candidate }) => candidate === true) === true;

/** Its worker dies as the Job has ended, before anybody has learned of it: so the server gives it up. */
class LostAttempt extends RigAttempt {
  override heartbeat(details: HeartbeatDetails): void {
    if (hasOutcome(details)) this.stop(new CancelledFailure('NOT_FOUND'));
    else super.heartbeat(details);
  }
}

/** The Job ends as soon as it was seen to run. */
function succeeding(attempt: RigAttempt, jobs: JobsRig): RigAttempt {
  attempt.onReport = (details) => {
    if (jobs.created.length > 0 && !hasOutcome(details)) jobs.succeed();
  };
  return attempt;
}

describe('the Job of a check in a watch', () => {
  it('is not run again where its outcome was lost with the worker', async () => {
    const { jobs, dependencies, target } = await withJobs();
    const lost = succeeding(new LostAttempt(), jobs);
    await expect(createSoak(dependencies)(target, lost)).rejects.toThrow('NOT_FOUND');
    expect(jobs.names).toEqual(jobs.created);
    const short = { ...target, spec: { ...target.spec, soak: { ...target.spec.soak, duration: '1s' as const } } };
    const evidence = await createSoak(dependencies)(short, new RigAttempt(lost));
    expect(evidence).toMatchObject({ verdict: 'pass', checks: [{ name: 'journey', candidate: true }] });
    expect(jobs.created).toHaveLength(1);
    expect(jobs.names).toEqual([]);
  });

  it('is not run again by the next worker that knows how it ended, and removed by it', async () => {
    const { jobs, dependencies, target } = await withJobs();
    const first = succeeding(new RigAttempt(), jobs);
    const { onReport } = first;
    first.onReport = (details) => {
      onReport(details);
      if (hasOutcome(details)) first.stop(new CancelledFailure('WORKER_SHUTDOWN'));
    };
    await expect(createSoak(dependencies)(target, first)).rejects.toThrow('WORKER_SHUTDOWN');
    expect(jobs.names).toEqual(jobs.created);
    const short = { ...target, spec: { ...target.spec, soak: { ...target.spec.soak, duration: '1s' as const } } };
    expect(await createSoak(dependencies)(short, new RigAttempt(first))).toMatchObject({ verdict: 'pass' });
    expect(jobs.created).toHaveLength(1);
    expect(jobs.names).toEqual([]);
  });

  it('is removed while it runs where the deployment is rolled back', async () => {
    const { jobs, dependencies, target } = await withJobs();
    const attempt = new RigAttempt();
    attempt.onReport = () => {
      if (jobs.created.length > 0) attempt.stop(new CancelledFailure('CANCELLED'));
    };
    await expect(createSoak(dependencies)(target, attempt)).rejects.toThrow('CANCELLED');
    expect(jobs.created).toHaveLength(1);
    expect(jobs.names).toEqual([]);
  });

  it('is tried again where it could not be run while the API server was away', async () => {
    const rig = await SlotsRig.of({});
    let asked = 0;
    const json = (): Promise<unknown> => {
      asked += 1;
      return Promise.reject(new Error(`the API server is away, ${asked}`));
    };
    const cluster = { api: { json } } as unknown as Cluster;
    const context = { cluster, target: rig.target({}), attempt: new RigAttempt(), step: 'soak', spec: {} } as const;
    const jobs = new CheckJobs(context);
    const reading = () => jobs.reading({ within: '1m', podSpec: { containers: [] } }, 0);
    expect(reading()).toEqual({ kind: 'running', reason: 'its Job is still running' });
    await expect.poll(reading).toMatchObject({ kind: 'missing' });
    await expect.poll(() => asked).toBeGreaterThan(1);
    await jobs.end();
  });
});

it('the Job of a smoke check is there until its outcome is on record, and removed with the step', async () => {
  const { jobs, dependencies, target } = await withJobs();
  const attempt = new RigAttempt();
  const there: string[][] = [];
  attempt.onReport = () => there.push(jobs.names);
  const smoke = createSmoke(dependencies)(target, attempt);
  await expect.poll(() => jobs.created).toHaveLength(1);
  jobs.succeed();
  expect(await smoke).toMatchObject({ verdict: 'pass', checks: [{ name: 'journey', passed: true }] });
  expect(there).toEqual([jobs.created]);
  expect(jobs.names).toEqual([]);
});

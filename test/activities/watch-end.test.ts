import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { createMonitor } from '../../src/activities/monitor.ts';
import { createSoak } from '../../src/activities/soak.ts';
import type { WatchEvidence } from '../../src/domain/evidence.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const good = { version: 'v1.0', pods: 2 };
const watch = { duration: '1s', extension: '0s', interval: '200ms' };
const traffic = { requestsPerSecond: 40, requests: [{ path: '/api/items' }] };
const hung = new Promise<never>(() => undefined);

/** The rig's cluster, as long as `isAway` does not hold; else what `instead` gives. */
function cutOff(rig: SlotsRig, isAway: () => boolean, instead: () => Promise<unknown>): Dependencies {
  const { cluster, access } = rig.dependencies;
  const json = (request: ApiRequest): Promise<unknown> => (isAway() ? instead() : cluster.api.json(request));
  return { access, cluster: { api: { json } } as unknown as Cluster };
}

function soakFrom(
  rig: SlotsRig,
  dependencies: Dependencies,
  attempt = new RigAttempt(),
  { duration }: Pick<typeof watch, 'duration'> = watch,
): Promise<WatchEvidence> {
  return createSoak(dependencies)(rig.target({ soak: { ...watch, duration, traffic, minimumRequests: 1 } }), attempt);
}

/** What a worker leaves that dies in the middle of the watch, which is over by the time that another one comes. */
async function left(rig: SlotsRig): Promise<RigAttempt> {
  const first = new RigAttempt();
  first.onReport = ({ progress }) => {
    if ((progress.watch?.samples ?? 0) >= 3) first.stop();
  };
  await expect(soakFrom(rig, rig.dependencies, first, { duration: '1m' })).rejects.toThrow('stopped');
  const { resume } = first.reports.at(-1) as { resume: { state: { startedAt: number } } };
  resume.state.startedAt -= 60_000;
  return new RigAttempt(first);
}

describe('a watch whose end comes', () => {
  it.each([
    ['hangs', () => hung],
    ['is away', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ])('ends though the API server %s, and does not pass', async (_what, instead) => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const attempt = new RigAttempt();
    let isAway = false;
    attempt.onReport = ({ progress }) => (isAway ||= (progress.watch?.samples ?? 0) >= 2);
    const evidence = await soakFrom(
      rig,
      cutOff(rig, () => isAway, instead),
      attempt,
    );
    expect(evidence).toMatchObject({ verdict: 'insufficient-data' });
    expect(evidence.reason).toContain('the status of the pods could not be read');
    expect(evidence.watchedMs).toBeGreaterThanOrEqual(1_000);
    expect(evidence.watchedMs).toBeLessThan(8_000);
  });

  it('ends though a pod takes the request for its metrics and never answers, and does not pass', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    rig.live = 'green';
    await rig.addPod('green', http.createServer());
    const evidence = await createMonitor(rig.dependencies)(rig.target({ monitor: watch }), new RigAttempt());
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.watchedMs).toBeLessThan(8_000);
  });

  it('ends though nothing could be read since before its first look', async () => {
    const rig = await SlotsRig.of({ blue: good, green: good });
    const evidence = await soakFrom(
      rig,
      cutOff(
        rig,
        () => true,
        () => hung,
      ),
    );
    expect(evidence).toMatchObject({ verdict: 'insufficient-data', unmeasured: [{ source: 'watch of green' }, {}] });
    expect(evidence.unmeasured[0]?.reason).toBe('the API server did not answer');
  });

  describe('while its workers are away', () => {
    it('is judged by what the pods have counted in the meantime', async () => {
      const rig = await SlotsRig.of({ blue: good, green: good });
      const attempt = await left(rig);
      const evidence = await soakFrom(rig, rig.dependencies, attempt);
      expect(evidence).toMatchObject({ verdict: 'pass', unmeasured: [] });
      expect(evidence.watchedMs).toBeGreaterThan(60_000);
    });

    it('does not pass by what was known before, where nothing can be read now', async () => {
      const rig = await SlotsRig.of({ blue: good, green: good });
      const attempt = await left(rig);
      const away = cutOff(
        rig,
        () => true,
        () => Promise.reject(new Error('connect ECONNREFUSED')),
      );
      const evidence = await soakFrom(rig, away, attempt);
      expect(evidence).toMatchObject({ verdict: 'insufficient-data' });
      expect(evidence.candidate.requests).toBeGreaterThan(0);
      expect(evidence.unmeasured[0]?.reason).toContain('ECONNREFUSED');
    });
  });
});

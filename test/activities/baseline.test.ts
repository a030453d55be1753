import { describe, expect, it } from 'vitest';
import { createBaseline } from '../../src/activities/baseline.ts';
import { readBaseline, totalsOf } from '../../src/evidence/baseline.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const monitor = { monitor: { duration: '1s', interval: '200ms' } };

describe('the baseline that is recorded while an operator is waited for', () => {
  it('is what all pods of stable count meanwhile', async () => {
    const rig = await SlotsRig.of({ blue: { version: 'v1.0', pods: 2 }, green: { version: 'v2.0', pods: 1 } });
    const attempt = new RigAttempt();
    const asked: Promise<unknown>[] = [];
    attempt.onReport = () => {
      for (const pod of rig.pods) asked.push(rig.ask(pod, '/api/items'));
    };
    const { baseline } = await createBaseline(rig.dependencies)(rig.target(monitor), attempt);
    await Promise.all(asked);
    const read = readBaseline(baseline);
    expect(read?.looks.length).toBeGreaterThan(2);
    const { requests } = read === null ? { requests: 0 } : totalsOf(read);
    const ofStable = rig.pods.filter(({ slot }) => slot === 'blue').reduce((sum, pod) => sum + pod.requests, 0);
    // What was asked after the last look, and before the first one, is not in it.
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThanOrEqual(ofStable);
  });

  it('tells how many requests there were, and that they are too few for the monitor', async () => {
    const rig = await SlotsRig.of({ blue: { version: 'v1.0', pods: 1 } });
    const attempt = new RigAttempt();
    const { warning } = await createBaseline(rig.dependencies)(rig.target(monitor), attempt);
    expect(warning).toMatch(
      /^users ask little of blue, 0 requests in [\dms.]+: at that rate the monitor gets fewer than /,
    );
    expect(attempt.reports.at(-1)?.progress.summary).toMatch(
      /^recording what users ask of blue, for the monitor: 0 requests in [\dms.]+; at that rate the monitor gets fewer than monitor\.minimumRequests \(20\), and production is switched back$/,
    );
  });

  it('is nothing where there is no stable slot', async () => {
    const rig = await SlotsRig.of({ green: { version: 'v2.0', pods: 1 } });
    const target = { ...rig.target(monitor), stableSlot: null };
    expect(await createBaseline(rig.dependencies)(target, new RigAttempt())).toEqual({ baseline: null });
  });

  it('stops at once when it is to', async () => {
    const rig = await SlotsRig.of({ blue: { version: 'v1.0', pods: 1 } });
    const attempt = new RigAttempt();
    attempt.onReport = () => attempt.stop();
    const hour = { monitor: { duration: '1h' } };
    await expect(createBaseline(rig.dependencies)(rig.target(hour), attempt)).rejects.toThrow('stopped');
  });
});

import { describe, expect, it } from 'vitest';
import type { FailedProbe } from '../../src/domain/evidence.ts';
import { newArm, type Arm } from '../../src/evidence/arm.ts';
import { afterDistributionLook, distributionOf, newDistribution } from '../../src/evidence/distribution.ts';
import { newestFailed } from '../../src/evidence/failed-probes.ts';
import { noObservations, oomFindings } from '../../src/evidence/observations.ts';
import { afterOomLook, noOomKills } from '../../src/evidence/oom-kills.ts';
import type { OomKill, SeenWarning, UsageSample } from '../../src/evidence/source.ts';
import { judgeUsage } from '../../src/evidence/usage-judge.ts';
import { afterUsageLook, noUsage, slotUsage } from '../../src/evidence/usage.ts';
import { afterWarningsLook, noWarnings, warningsOf } from '../../src/evidence/warnings.ts';

const kill = (uid: string, at: string): OomKill => ({ uid, pod: `api-green-${uid}`, container: 'api', at });

describe('containers that were killed for their memory', () => {
  it('are those of the watch, each time', () => {
    const before = afterOomLook(noOomKills, [kill('a', '10:00')]);
    expect(before).toMatchObject({ kills: 0, newest: null });
    const once = afterOomLook(afterOomLook(before, [kill('a', '10:00'), kill('b', '10:05')]), [kill('b', '10:05')]);
    expect(once).toMatchObject({ kills: 1, newest: { uid: 'b' } });
    expect(afterOomLook(once, [kill('a', '10:09'), kill('b', '10:05')])).toMatchObject({
      kills: 2,
      newest: { uid: 'a' },
    });
  });

  it('are counted also where many were before', () => {
    const many = Array.from({ length: 300 }, (_, index) => kill(`p${index}`, '10:00'));
    const state = afterOomLook(noOomKills, many);
    expect(Object.keys(state.last ?? {})).toHaveLength(100);
    expect(afterOomLook(state, [kill('new', '10:01')])).toMatchObject({ kills: 1 });
  });

  it('are not counted again, however many old ones there are, look after look', () => {
    const old = Array.from({ length: 300 }, (_, index) =>
      kill(`p${index}`, `10:${String(index % 60).padStart(2, '0')}`),
    );
    let state = afterOomLook(noOomKills, old);
    for (let look = 0; look < 5; look += 1) state = afterOomLook(state, look % 2 === 0 ? old.toReversed() : old);
    expect(state).toMatchObject({ kills: 0, newest: null });
    const again = old.map((one, index) => (index === 7 ? kill('p7', '11:00') : one));
    expect(afterOomLook(state, again)).toMatchObject({ kills: 1, newest: { uid: 'p7' } });
  });

  it('are told by each container where there is place for all, whatever the clocks of their nodes say', () => {
    const state = afterOomLook(noOomKills, [kill('a', '10:05')]);
    expect(afterOomLook(state, [kill('a', '10:05'), kill('behind', '10:03')])).toMatchObject({ kills: 1 });
  });
});

it.each([
  [1, '(OOMKilled)'],
  [2, '(OOMKilled), and 1 more time'],
  [3, '(OOMKilled), and 2 more times'],
])('%d kills are told as %s', (kills, end) => {
  const oomKills = { ...noOomKills, kills, newest: kill('a', '10:00') };
  const [finding] = oomFindings({ ...noObservations, oomKills }, { restarts: 5 });
  expect(finding?.reason.endsWith(end)).toBe(true);
});

const warning = (uid: string, count: number, changes: Partial<SeenWarning> = {}): SeenWarning => ({
  uid,
  object: `api-green-${uid}`,
  reason: 'Unhealthy',
  message: `Readiness probe failed for ${uid}`,
  count,
  at: `2026-11-25T10:00:0${count}Z`,
  ...changes,
});

const many = (from: number): SeenWarning[] =>
  Array.from({ length: 200 }, (_, index) => warning(`w${from + index}`, 1, { reason: `R${index}` }));

describe('warnings of Kubernetes', () => {
  it('are told by their reasons, without what was before the watch', () => {
    let state = afterWarningsLook(noWarnings, [warning('a', 7), warning('b', 1)]);
    expect(warningsOf('green', state)).toEqual([]);
    state = afterWarningsLook(state, [
      warning('a', 9),
      warning('b', 1),
      warning('c', 2),
      warning('d', 1, { reason: 'BackOff' }),
    ]);
    state = afterWarningsLook(state, undefined);
    // Kubernetes has forgotten one of them.
    state = afterWarningsLook(state, [warning('a', 9), warning('c', 3)]);
    expect(warningsOf('green', state)).toEqual([
      {
        slot: 'green',
        reason: 'Unhealthy',
        message: 'Readiness probe failed for a',
        objects: 2,
        count: 5,
        lastAt: '2026-11-25T10:00:09Z',
      },
      expect.objectContaining({ reason: 'BackOff', count: 1, objects: 1 }),
    ]);
  });

  it('stay few, however many there are', () => {
    const none = afterWarningsLook(noWarnings, []);
    const state = afterWarningsLook(none, many(0));
    expect(Object.keys(state.since)).toHaveLength(30);
    expect(warningsOf('green', state)).toHaveLength(5);
    const full = afterWarningsLook(noWarnings, many(0));
    // Of those that are not known from the first look, nobody knows whether they are new.
    expect(afterWarningsLook(full, many(100)).since).toEqual({});
  });
});

const used = (...pods: [cpu: number, mebibytes: number][]): UsageSample => ({
  kind: 'usage',
  pods: pods.map(([cpu, mebibytes]) => ({ cpu, memoryBytes: mebibytes * 2 ** 20 })),
});

describe('CPU and memory', () => {
  it('are those of an average pod over the watch, and the most of any', () => {
    const looks = [used([0.1, 50], [0.3, 70]), undefined, used([0.2, 60])];
    const state = looks.reduce(afterUsageLook, noUsage);
    expect(slotUsage(state)).toEqual({
      pods: 1,
      cpuPerPod: 0.2,
      memoryPerPod: 60 * 2 ** 20,
      memoryPeak: 70 * 2 ** 20,
    });
    expect(state.why).toBeNull();
  });

  it('are not known, and not zero, where nobody tells', () => {
    const absent = afterUsageLook(noUsage, { kind: 'absent', why: 'no metrics API' });
    expect([slotUsage(absent), absent.why]).toEqual([null, 'no metrics API']);
    expect(slotUsage(afterUsageLook(noUsage, used()))).toBeNull();
    expect(afterUsageLook(noUsage, undefined).why).toBe('the metrics API did not answer');
  });

  const candidate = { pods: 2, cpuPerPod: 0.5, memoryPerPod: 150 * 2 ** 20, memoryPeak: 0 };
  const usage = { pods: 2, cpuPerPod: 0.2, memoryPerPod: 100 * 2 ** 20, memoryPeak: 0 };
  const both = { candidate, stable: { usage, when: '' }, why: null };

  it('are judged only where the spec limits them, and there is a stable slot', () => {
    expect(judgeUsage(both, {})).toEqual([]);
    expect(judgeUsage({ ...both, stable: null }, { cpu: 1, memory: 1 })).toEqual([]);
    expect(judgeUsage(both, { cpu: 2, memory: 2 })).toEqual([
      { metric: 'cpu', verdict: 'fail', reason: "cpu 500m a pod is more than 2 times stable's 200m" },
      { metric: 'memory', verdict: 'pass', reason: "memory 150Mi a pod is within 2 times stable's 100Mi" },
    ]);
  });

  it('are insufficient data where they are limited and not known', () => {
    const unknown = { ...both, candidate: null, why: 'the cluster has no metrics API' };
    expect(judgeUsage(unknown, { memory: 2 })).toEqual([
      { metric: 'memory', verdict: 'insufficient-data', reason: 'memory is unknown: the cluster has no metrics API' },
    ]);
  });

  it('of pods that do next to nothing are not compared by chance', () => {
    const idle = { ...usage, cpuPerPod: 0.000_1 };
    const busy = { ...candidate, cpuPerPod: 0.009 };
    expect(judgeUsage({ candidate: busy, stable: { usage: idle, when: '' }, why: null }, { cpu: 2 })).toMatchObject([
      { verdict: 'pass' },
    ]);
  });
});

const arm = (requests: number, { unread = [] as readonly string[] | null } = {}): Arm => ({
  ...newArm,
  counters: { last: {}, pending: [], totals: { requests, errors: 0, latency: {} } },
  unread,
});

const looks = (...pairs: [Arm, Arm | null][]) =>
  pairs.reduce(
    (state, [candidate, stable], index) => afterDistributionLook(state, { candidate, stable }, index * 1_000),
    newDistribution,
  );

describe('the distribution of the traffic', () => {
  it('is the share of the last looks, and the tail on stable until it is gone', () => {
    const during = looks([arm(0), arm(0)], [arm(90), arm(8)], [arm(180), arm(20)]);
    expect(distributionOf(during)).toEqual({
      candidateShare: 0.9,
      stableRequests: 20,
      stableLastAt: '1970-01-01T00:00:02.000Z',
      tailIsOver: false,
    });
    const after = looks([arm(0), arm(0)], [arm(90), arm(8)], [arm(180), arm(8)], [arm(200), arm(8)]);
    expect(distributionOf(after)).toMatchObject({
      stableRequests: 8,
      stableLastAt: '1970-01-01T00:00:01.000Z',
      tailIsOver: true,
    });
  });

  it('reaches 1 once the requests to stable are longer ago than the last looks', () => {
    const later = Array.from({ length: 10 }, (_, index): [Arm, Arm] => [arm(100 + index), arm(5)]);
    expect(distributionOf(looks([arm(0), arm(0)], ...later))).toMatchObject({ candidateShare: 1, stableRequests: 5 });
  });

  it('does not end the tail by looks that could not read every pod, and is not known without counters', () => {
    const unread = arm(8, { unread: ['x'] });
    const state = looks([arm(0), arm(0)], [arm(9), arm(8)], [arm(9), unread], [arm(9), unread]);
    expect(distributionOf(state)).toMatchObject({ tailIsOver: false });
    expect(distributionOf(looks([arm(9), null]))).toBeUndefined();
    expect(distributionOf(looks([arm(9), arm(8, { unread: null })]))).toBeUndefined();
  });
});

const probe = (slot: 'blue' | 'green', index: number): FailedProbe => ({
  traceId: `${slot}${index}`,
  slot,
  request: 'GET /',
  outcome: 'answered 503',
  at: '',
});

describe('failed probes', () => {
  it('are the newest five of each slot', () => {
    const blue = Array.from({ length: 8 }, (_, index) => probe('blue', index));
    const kept = newestFailed([probe('green', 0)], blue);
    expect(kept.map(({ traceId }) => traceId)).toEqual(['green0', 'blue3', 'blue4', 'blue5', 'blue6', 'blue7']);
  });
});

import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import {
  buildPodStatus,
  podPhase,
  type ContainerSnapshot,
  type ContainerState,
  type PodSnapshot,
} from '../../../sandbox/node/status.ts';

const start = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-01T00:01:00Z');
const running: ContainerState = { kind: 'running', startedAt: start };
const creating: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };

function ended(exitCode: number): ContainerState & { kind: 'terminated' } {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return {
    kind: 'terminated',
    record: { exitCode, reason, startedAt: start, finishedAt: start, containerID: 'sandbox://1' },
  };
}

function container(state: ContainerState, change: Partial<ContainerSnapshot> = {}): ContainerSnapshot {
  const identity = { name: 'api', role: 'main', image: 'myapp:v1', imageID: 'sandbox/myapp@sha256:0' } as const;
  const rest = { containerID: undefined, restartCount: 0, last: undefined, started: false, ready: false };
  return { ...identity, ...rest, state, ...change };
}

function snapshot(containers: ContainerSnapshot[], pod: V1Pod = {}, change: Partial<PodSnapshot> = {}): PodSnapshot {
  return { pod, podIP: '10.11.1.1', hostIP: '10.11.0.1', startTime: start, containers, over: false, ...change };
}

function gated(status?: string): V1Pod {
  return {
    spec: { containers: [], readinessGates: [{ conditionType: 'balancer' }] },
    status: { conditions: status === undefined ? [] : [{ type: 'balancer', status }] },
  };
}

function condition(pod: PodSnapshot, type: string) {
  return buildPodStatus(pod, [], start).conditions?.find((one) => one.type === type);
}

describe('the phase of a pod', () => {
  const never: V1Pod = { spec: { restartPolicy: 'Never', containers: [] } };
  const onFailure: V1Pod = { spec: { restartPolicy: 'OnFailure', containers: [] } };

  test.each([
    ['Pending', 'while a container has never run', snapshot([container(running), container(creating)])],
    ['Running', 'once all have run', snapshot([container(running)])],
    ['Running', 'in a crash loop', snapshot([container(creating, { last: ended(1).record })])],
    ['Running', 'between two runs', snapshot([container(ended(0))])],
    ['Succeeded', 'when all have ended well and none restarts', snapshot([container(ended(0))], never)],
    ['Failed', 'when one has failed and none restarts', snapshot([container(ended(0)), container(ended(3))], never)],
    ['Running', 'when a failed one will restart', snapshot([container(ended(3))], onFailure)],
    ['Failed', 'when it was ended before it succeeded', snapshot([container(creating)], {}, { over: true })],
    [
      'Failed',
      'when its time was over',
      snapshot([container(ended(0))], never, { failure: { reason: 'DeadlineExceeded', message: 'late' } }),
    ],
    ['Pending', 'while init containers run', snapshot([container(running, { role: 'init' }), container(creating)])],
  ])('is %s %s', (phase, _when, pod) => {
    expect(podPhase(pod)).toBe(phase);
  });
});

describe('the conditions of a pod', () => {
  test('say which containers are not ready', () => {
    const pod = snapshot([container(running, { ready: true, started: true }), container(running, { name: 'proxy' })]);
    expect(condition(pod, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [proxy]',
    });
  });

  test('are all true for a pod that serves', () => {
    const status = buildPodStatus(snapshot([container(running, { ready: true, started: true })]), [], start);
    expect(status.conditions?.map((one) => one.status)).toEqual(['True', 'True', 'True', 'True']);
    expect(status.containerStatuses?.[0]).toMatchObject({ ready: true, started: true, state: { running: {} } });
  });

  test('keep their transition time until their status changes', () => {
    const unready = buildPodStatus(snapshot([container(running)]), [], start);
    const still = buildPodStatus(snapshot([container(running)]), unready.conditions ?? [], later);
    const ready = buildPodStatus(snapshot([container(running, { ready: true })]), still.conditions ?? [], later);
    const time = (status: typeof unready) =>
      status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    expect([unready, still, ready].map(time)).toEqual([start, start, later]);
  });

  test('hold a pod back until its readiness gates are open', () => {
    const containers = [container(running, { ready: true })];
    expect(condition(snapshot(containers, gated()), 'Ready')).toMatchObject({ reason: 'ReadinessGatesNotReady' });
    expect(condition(snapshot(containers, gated()), 'ContainersReady')).toMatchObject({ status: 'True' });
    expect(condition(snapshot(containers, gated('True')), 'Ready')).toMatchObject({ status: 'True' });
  });

  test('name the init containers that are not done', () => {
    const pod = snapshot([container(running, { name: 'migrate', role: 'init' }), container(creating)]);
    expect(condition(pod, 'Initialized')).toMatchObject({
      status: 'False',
      message: 'containers with incomplete status: [migrate]',
    });
  });
});

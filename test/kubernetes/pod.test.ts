import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/kubernetes/api-server.ts';
import { viewPod } from '../../src/kubernetes/pod.ts';
import { describePods } from '../../src/kubernetes/ready-pods.ts';
import { pod } from './objects.ts';

function waiting(name: string, state: Json<V1ContainerState>, exitCode?: number): Json<V1Pod> {
  const made = pod(name, { ready: false });
  const [status] = made.status?.containerStatuses ?? [];
  if (status === undefined) throw new Error('no status');
  status.state = state;
  if (exitCode !== undefined) status.lastState = { terminated: { exitCode } };
  return made;
}

const backOff = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } };

/** Of a pod that is not ready, since when its node has said so. */
function wasEverReady(unreadySince: string, initialized?: string): boolean {
  const conditions = [
    { type: 'Ready', status: 'False', lastTransitionTime: unreadySince },
    ...(initialized === undefined ? [] : [{ type: 'Initialized', status: 'True', lastTransitionTime: initialized }]),
  ];
  return viewPod({ ...pod('a'), status: { conditions } }).everReady;
}

function isDisrupted(status: string): boolean {
  return viewPod({ ...pod('a'), status: { conditions: [{ type: 'DisruptionTarget', status }] } }).disrupted;
}

describe('a pod', () => {
  it('is ready only while it is not about to go away', () => {
    const going = pod('a');
    going.metadata = { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(viewPod(pod('a'))).toMatchObject({ ready: true, problem: null, imageDigests: ['myapp@sha256:1'] });
    expect(viewPod(going)).toMatchObject({ ready: false, terminating: true, problem: null });
  });

  it('tells why it is not ready', () => {
    expect(viewPod(waiting('a', backOff)).problem).toMatchObject({ reason: 'ImagePullBackOff', container: 'api' });
    const crashed = viewPod(waiting('a', { waiting: { reason: 'CrashLoopBackOff' } }, 3));
    expect(crashed.problem).toMatchObject({ reason: 'CrashLoopBackOff', exitCode: 3 });
    expect(viewPod(waiting('a', { waiting: { reason: 'ContainerCreating' } })).problem?.reason).toBe(
      'ContainerCreating',
    );
    expect(viewPod(waiting('a', { running: {} })).problem?.reason).toBe('NotReady');
  });

  it('tells one that is not ready any more from one that is not yet', () => {
    expect(viewPod(pod('a')).everReady).toBe(true);
    expect(viewPod({ ...pod('a'), status: {} }).everReady).toBe(false);
    expect(wasEverReady('2026-01-01T00:00:01Z')).toBe(false);
    // The node writes whole seconds.
    expect(wasEverReady('2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z')).toBe(false);
    expect(wasEverReady('2026-01-01T00:00:00Z', '2026-01-01T00:00:30Z')).toBe(false);
    expect(wasEverReady('2026-01-01T00:00:30Z', '2026-01-01T00:00:00Z')).toBe(true);
  });

  it('tells that Kubernetes takes it away', () => {
    expect([isDisrupted('True'), isDisrupted('False'), viewPod(pod('a')).disrupted]).toEqual([true, false, false]);
  });

  it('tells that its node has ended it, and why', () => {
    expect(viewPod(pod('a')).ended).toBeNull();
    expect(viewPod({ ...pod('a'), status: { phase: 'Failed', reason: 'Evicted' } }).ended).toBe('Evicted');
    expect(viewPod({ ...pod('a'), status: { phase: 'Failed' } }).ended).toBe('Failed');
  });

  it('that cannot be scheduled says what the scheduler said', () => {
    const { status: _status, ...rest } = pod('a');
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }];
    expect(viewPod({ ...rest, status: { conditions } }).problem).toMatchObject({
      reason: 'Unschedulable',
      message: '0/3 nodes',
    });
  });
});

describe('the pods of a slot', () => {
  it('are summed up in one line', () => {
    const pods = [pod('a'), waiting('b', backOff), waiting('c', backOff), waiting('d', { running: {} })].map(viewPod);
    expect(describePods(pods, 6)).toBe(
      '1 of 6 ready; 2 ImagePullBackOff (container api, Back-off pulling image "x"); 1 NotReady; 2 not created yet',
    );
  });

  it('stay one line however many there are', () => {
    const pods = Array.from({ length: 200 }, (_, index) =>
      viewPod(waiting(`p${index}`, { waiting: { reason: `Reason${index}`, message: 'm'.repeat(1_000) } })),
    );
    expect(describePods(pods, 200).length).toBeLessThan(2_000);
  });
});

import { describe, expect, it } from 'vitest';
import { viewPod } from '../../src/kubernetes/pod.ts';
import { describeRollout, isRolledOut } from '../../src/kubernetes/rollout.ts';
import { deployment, pod } from './objects.ts';

const pods = [pod('a'), pod('b')].map(viewPod);

describe('a rollout', () => {
  it('is done when every pod is of the current template, ready and available', () => {
    expect(isRolledOut(deployment(), pods)).toBe(true);
  });

  it.each([
    ['the controller has not seen the last change', { observedGeneration: 0 }],
    ['a pod is of an old template', { updatedReplicas: 1 }],
    ['old pods are still there', { replicas: 3 }],
    ['a pod was not ready for long enough', { availableReplicas: 1 }],
  ])('is not done while %s', (_, status) => {
    const made = deployment();
    expect(isRolledOut({ ...made, status: { ...made.status, ...status } }, pods)).toBe(false);
  });

  it('is not done while a pod says otherwise than the Deployment', () => {
    expect(isRolledOut(deployment(), [viewPod(pod('a')), viewPod(pod('b', { ready: false }))])).toBe(false);
  });

  it('that cannot create its pods says why', () => {
    const made = deployment();
    const conditions = [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: q' },
    ];
    expect(describeRollout({ ...made, status: { ...made.status, conditions } }, [])).toBe(
      '0 of 2 ready; 2 not created yet; FailedCreate (exceeded quota: q)',
    );
  });
});

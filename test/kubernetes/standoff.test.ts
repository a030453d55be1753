import { describe, expect, it } from 'vitest';
import type { Slot } from '../../src/domain/slot.ts';
import { viewPod } from '../../src/kubernetes/pod.ts';
import { describeStandoff, describeWait, type SeenSlot } from '../../src/kubernetes/standoff.ts';
import { deployment, pod, specOf } from './objects.ts';

const spec = specOf({ rollback: { minimumReady: 2 }, namespace: 'shop' });

/** A slot of two pods, so many of which are ready; the others are not ready. */
function slotWith(slot: Slot, ready: number, others = 2 - ready): SeenSlot {
  const pods = Array.from({ length: ready + others }, (_, index) =>
    viewPod(pod(`${slot}-${index}`, { ready: index < ready, version: slot })),
  );
  return { slot, deployment: deployment(slot), pods };
}

function refused(slot: Slot, message: string): SeenSlot {
  const made = deployment(slot);
  const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
  return { slot, deployment: { ...made, status: { ...made.status, conditions } }, pods: [] };
}

const unscheduled = viewPod({
  metadata: { name: 'b', uid: 'b' },
  status: {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available: 1 node(s) were unschedulable',
      },
    ],
  },
});

describe('the progress of a rollback that waits', () => {
  it('says that the candidate serves, and what the cluster says to stable’s pods', () => {
    const stable = refused('blue', 'pods "api-blue-x" is forbidden: exceeded quota: full');
    expect(describeWait({ stable, candidate: slotWith('green', 2), candidateWasDown: false }, spec)).toBe(
      'production stays on api-green (candidate), which serves with 2 ready pods, until api-blue (stable) has the 2 ready pods of rollback.minimumReady: 0 of 2 ready; 2 not created yet; FailedCreate (pods "api-blue-x" is forbidden: exceeded quota: full)',
    );
  });

  it('says why pods find no node', () => {
    const stable = { slot: 'blue', deployment: deployment('blue', 1), pods: [unscheduled] } as const;
    const said = describeWait({ stable, candidate: slotWith('green', 1), candidateWasDown: false }, spec);
    expect(said).toContain('serves with 1 ready pod,');
    expect(said).toContain('0 of 1 ready; 1 Unschedulable (0/1 nodes are available: 1 node(s) were unschedulable)');
  });

  it('says that nobody is served, and that the candidate has come back', () => {
    const stable = slotWith('blue', 1);
    expect(describeWait({ stable, candidate: slotWith('green', 0), candidateWasDown: true }, spec)).toMatch(
      /^nobody is served: api-green \(candidate\), which production selects, has no ready pod; production stays there until/,
    );
    expect(describeWait({ stable, candidate: slotWith('green', 1), candidateWasDown: true }, spec)).toMatch(
      /^production stays on api-green \(candidate\), which serves again with 1 ready pod, until/,
    );
  });

  it('has what the candidate does within the 500 characters of a summary', () => {
    const stable = refused('blue', 'x'.repeat(2_000));
    const said = describeWait({ stable, candidate: slotWith('green', 2), candidateWasDown: false }, spec);
    expect(said.slice(0, 500)).toContain('which serves with 2 ready pods');
    expect(said.slice(0, 500)).toContain('FailedCreate (xxx');
  });
});

describe('the failure of a rollback whose time is over', () => {
  it('says how both slots stand, where the traffic is, and what to do', () => {
    const stable = refused('blue', 'exceeded quota: full');
    const said = describeStandoff({ stable, candidate: slotWith('green', 1), candidateWasDown: false }, spec);
    expect(said).toBe(
      [
        'api-blue (stable) has 0 ready pods of the 2 that rollback.minimumReady asks for: 0 of 2 ready; 2 not created yet; FailedCreate (exceeded quota: full).',
        'The Service "api-service" still selects api-green (candidate), which serves with 1 ready pod: 1 of 2 ready; 1 NotReady.',
        'Both slots stay as they are. See what keeps the pods of api-blue: kubectl -n shop describe deployment api-blue; kubectl -n shop describe pods -l app=api,version=blue.',
        'Once they can come, go on with: cutover rollback shop/api',
      ].join(' '),
    );
  });

  it('says so where nobody is served, and where a Deployment is gone', () => {
    const gone = { slot: 'blue', deployment: null, pods: [] } as const;
    const said = describeStandoff({ stable: gone, candidate: slotWith('green', 0), candidateWasDown: true }, spec);
    expect(said).toContain('the Deployment api-blue is gone; 0 of 0 ready');
    expect(said).toContain('still selects api-green (candidate), which has no ready pod, so nobody is served');
  });
});

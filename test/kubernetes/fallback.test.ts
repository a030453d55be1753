import { describe, expect, it } from 'vitest';
import { lookAtRetention, type RetentionPlan, type RetentionSnapshot } from '../../src/kubernetes/fallback.ts';
import { viewProduction } from '../../src/kubernetes/production.ts';
import { viewPod } from '../../src/kubernetes/pod.ts';

const plan: RetentionPlan = {
  spec: { app: 'api', rollback: { minimumReady: 2 } },
  runId: 'run',
  stableSlot: 'blue',
  candidateSlot: 'green',
  candidateRevision: '1',
  fallback: { pods: 3, revision: '4' },
  told: [],
};

const service = (selector: Record<string, string>) => viewProduction({ spec: { selector } });

const givenBackBy = (run: string) =>
  viewProduction({
    metadata: { annotations: { 'cutover.dev/released': run } },
    spec: { selector: { app: 'api', version: 'blue' } },
  });

const podOf = (status: string) => viewPod({ status: { conditions: [{ type: 'Ready', status }] } });

function pods(ready: number, unready = 0) {
  return [
    ...Array.from({ length: ready }, () => podOf('True')),
    ...Array.from({ length: unready }, () => podOf('False')),
  ];
}

function deployment(name: string, replicas: number, revision: string, more: object = {}) {
  const template = { spec: { containers: [{ name: 'api', image: 'myapp:x' }] } };
  const annotations = { 'deployment.kubernetes.io/revision': revision };
  return { metadata: { name, annotations, ...more }, spec: { replicas, selector: {}, template } };
}

const well: RetentionSnapshot = {
  services: [service({ app: 'api', version: 'green' })],
  stableDeployments: [deployment('api-blue', 3, '4')],
  candidateDeployments: [deployment('api-green', 3, '1')],
  stablePods: pods(3),
  candidatePods: pods(3),
};

const scaledBy = (manager: string) => ({
  managedFields: [
    {
      manager: 'kubectl-client-side-apply',
      time: '2026-01-01T00:00:00Z',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    },
    { manager, subresource: 'scale', time: '2026-01-02T00:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    {
      manager: 'kube-controller-manager',
      subresource: 'status',
      time: '2026-01-03T00:00:00Z',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    },
  ],
});

function autoscaledTo(replicas: number) {
  const made = deployment('api-blue', replicas, '4');
  return { ...made, metadata: { ...made.metadata, ...scaledBy('kube-controller-manager') } };
}

describe('what is amiss in the retention', () => {
  it('is nothing, where all is as it was left', () => {
    expect(lookAtRetention(well, plan)).toBeNull();
  });

  it('is first of all the Service and what it selects', () => {
    expect(lookAtRetention({ ...well, services: [], candidatePods: [] }, plan)).toEqual({ kind: 'service-gone' });
    for (const selector of [{ app: 'api', version: 'blue' }, { app: 'api' }, { version: 'green' }]) {
      const moved = lookAtRetention({ ...well, services: [service(selector)], candidatePods: [] }, plan);
      expect(moved).toMatchObject({ kind: 'moved', live: { selector } });
    }
  });

  it('is nothing to keep where its own rollback has switched, and a hand where only an earlier one has', () => {
    expect(lookAtRetention({ ...well, services: [givenBackBy('run')] }, plan)).toEqual({ kind: 'given-back' });
    expect(lookAtRetention({ ...well, services: [givenBackBy('before')] }, plan)).toMatchObject({ kind: 'moved' });
  });

  it('is a candidate without a ready pod, where the fallback has what a rollback needs', () => {
    expect(lookAtRetention({ ...well, candidatePods: pods(0, 3) }, plan)).toEqual({ kind: 'candidate-down' });
    expect(lookAtRetention({ ...well, candidatePods: pods(1, 2) }, plan)).toBeNull();
    expect(lookAtRetention({ ...well, candidatePods: [], stablePods: pods(1, 2) }, plan)).toBeNull();
    expect(lookAtRetention({ ...well, candidatePods: [] }, { ...plan, told: ['candidate-down'] })).toBeNull();
  });

  it('is a fallback that is gone, or smaller than it was', () => {
    expect(lookAtRetention({ ...well, stableDeployments: [] }, plan)).toEqual({ kind: 'fallback-gone' });
    const smaller = deployment('api-blue', 2, '4', scaledBy('kubectl'));
    expect(lookAtRetention({ ...well, stableDeployments: [smaller] }, plan)).toEqual({
      kind: 'fallback-scaled',
      deployment: smaller,
      by: 'kubectl',
    });
    const larger = deployment('api-blue', 5, '4');
    expect(lookAtRetention({ ...well, stableDeployments: [larger] }, plan)).toBeNull();
  });

  it('is said once where an autoscaler has made the fallback smaller, unless a rollback needs more', () => {
    const autoscaled = { ...well, stableDeployments: [autoscaledTo(2)] };
    expect(lookAtRetention(autoscaled, plan)).toMatchObject({ kind: 'said', topic: 'autoscaled' });
    expect(lookAtRetention(autoscaled, { ...plan, told: ['autoscaled'] })).toBeNull();
    const tooFew = { ...well, stableDeployments: [autoscaledTo(1)] };
    expect(lookAtRetention(tooFew, plan)).toMatchObject({ kind: 'fallback-scaled', by: 'kube-controller-manager' });
  });

  it('is not a slot that a teardown has scaled to zero: a late attempt leaves it so', () => {
    const torn = deployment('api-blue', 0, '4');
    const annotations = { ...torn.metadata.annotations, 'cutover.dev/torn-down': 'run' };
    const stableDeployments = [{ ...torn, metadata: { ...torn.metadata, annotations } }];
    expect(lookAtRetention({ ...well, stableDeployments }, plan)).toBeNull();
  });

  it('is said once of each edited pod template', () => {
    const edited = { ...well, stableDeployments: [deployment('api-blue', 3, '5')] };
    const found = lookAtRetention(edited, plan);
    expect(found).toEqual({
      kind: 'said',
      topic: 'edited-api-blue-5',
      notice: 'api-blue was edited by hand (revision 4 → 5): a rollback would bring what it has now: myapp:x',
    });
    expect(lookAtRetention(edited, { ...plan, told: ['edited-api-blue-5'] })).toBeNull();
    const both = { ...edited, candidateDeployments: [deployment('api-green', 3, '2')] };
    expect(lookAtRetention(both, { ...plan, told: ['edited-api-blue-5'] })).toMatchObject({
      topic: 'edited-api-green-2',
    });
  });

  it('is a selector with a label that the candidate’s template does not have', () => {
    const selector = { app: 'api', version: 'green', track: 'x' };
    const narrowed = lookAtRetention({ ...well, services: [service(selector)] }, plan);
    expect(narrowed).toMatchObject({ kind: 'narrowed', live: { selector } });
    const green = deployment('api-green', 3, '1');
    const template = { ...green.spec.template, metadata: { labels: { ...selector } } };
    const labelled = { ...green, spec: { ...green.spec, template } };
    expect(
      lookAtRetention({ ...well, services: [service(selector)], candidateDeployments: [labelled] }, plan),
    ).toBeNull();
  });

  it('is no further edit after three of them, and everything else all the same', () => {
    const told = ['edited-api-green-2', 'edited-api-green-3', 'edited-api-green-4'];
    const again = { ...well, candidateDeployments: [deployment('api-green', 3, '5')] };
    expect(lookAtRetention(again, { ...plan, told: told.slice(0, 2) })).toMatchObject({ kind: 'said' });
    expect(lookAtRetention(again, { ...plan, told })).toBeNull();
    expect(lookAtRetention({ ...again, candidatePods: [] }, { ...plan, told })).toEqual({ kind: 'candidate-down' });
  });
});

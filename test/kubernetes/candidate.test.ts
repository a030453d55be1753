import { describe, expect, it } from 'vitest';
import { buildCandidate, candidateReplicas, type CandidateInput } from '../../src/kubernetes/candidate.ts';
import { deployment, specOf } from './objects.ts';

function build(input: Partial<CandidateInput> = {}) {
  return buildCandidate({ spec: specOf(), runId: 'run-1', slot: 'green', stable: deployment(), ...input });
}

function manifestOf(input: Partial<CandidateInput> = {}) {
  const built = build(input);
  if (!built.ok) throw new Error(built.problems.join('\n'));
  return built.manifest;
}

function withSidecar() {
  const stable = deployment();
  stable.spec?.template.spec?.containers.push({ name: 'proxy', image: 'proxy:1' });
  return stable;
}

describe('the copy of the stable Deployment', () => {
  it('has the new image, the identity of its slot and nothing of the original object', () => {
    const stable = deployment();
    stable.metadata = {
      ...stable.metadata,
      ownerReferences: [],
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'deployment.kubernetes.io/revision': '4',
        'cutover.dev/deployment': 'an earlier run',
        team: 'shop',
      },
    };
    expect(manifestOf({ stable })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'api-green',
        namespace: 'default',
        labels: { app: 'api', version: 'green' },
        annotations: { team: 'shop', 'cutover.dev/deployment': 'run-1' },
      },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'api', version: 'green' } },
        template: {
          metadata: { labels: { app: 'api', version: 'green' } },
          spec: { containers: [{ name: 'api', image: 'myapp:v2.0' }] },
        },
      },
    });
  });

  it('is the same each time, and leaves the original alone', () => {
    const stable = deployment();
    const before = structuredClone(stable);
    expect(manifestOf({ stable })).toEqual(manifestOf({ stable }));
    expect(stable).toEqual(before);
  });

  it('keeps away from its own kind, where stable kept away from its own', () => {
    const stable = deployment();
    const term = {
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: { matchLabels: { app: 'api', version: 'blue' } },
    };
    const constraint = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchExpressions: [{ key: 'version', operator: 'In', values: ['blue', 'canary'] }] },
    };
    const pod = stable.spec?.template.spec;
    if (pod === undefined) throw new Error('no pod');
    pod.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    pod.topologySpreadConstraints = [constraint];
    const copied = manifestOf({ stable }).spec?.template.spec;
    expect(
      copied?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector,
    ).toEqual({
      matchLabels: { app: 'api', version: 'green' },
    });
    expect(copied?.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions?.[0]?.values).toEqual([
      'green',
      'canary',
    ]);
  });

  it('is patched before it gets its identity, so that no patch puts pods into the live slot', () => {
    const patch = {
      metadata: { name: 'api-blue', labels: { team: 'shop' } },
      spec: {
        replicas: 99,
        selector: { matchLabels: { version: 'blue' } },
        template: { metadata: { labels: { version: 'blue', tier: 'web' } } },
      },
    };
    const manifest = manifestOf({
      spec: specOf({ candidate: { image: 'x', patch }, replicas: 3, minReadySeconds: 5 }),
    });
    expect(manifest.metadata).toMatchObject({ name: 'api-green', labels: { team: 'shop', version: 'green' } });
    expect(manifest.spec).toMatchObject({
      replicas: 3,
      minReadySeconds: 5,
      selector: { matchLabels: { version: 'green' } },
    });
    expect(manifest.spec?.template.metadata?.labels).toEqual({ app: 'api', version: 'green', tier: 'web' });
  });

  it('is not paused though stable is', () => {
    const stable = deployment();
    if (stable.spec !== undefined) stable.spec.paused = true;
    expect(manifestOf({ stable }).spec).not.toHaveProperty('paused');
  });
});

describe('the container that gets the image', () => {
  it('has to be named where there are several', () => {
    expect(build({ stable: withSidecar() })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('api, proxy')],
    });
    const spec = specOf({ candidate: { image: 'myapp:v2.0', container: 'api' } });
    expect(
      manifestOf({ stable: withSidecar(), spec }).spec?.template.spec?.containers.map(({ image }) => image),
    ).toEqual(['myapp:v2.0', 'proxy:1']);
  });

  it('has to exist', () => {
    const spec = specOf({ candidate: { image: 'myapp:v2.0', container: 'web' } });
    expect(build({ spec })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('"web", but the pods have api')],
    });
  });
});

describe("a manifest of the user's own", () => {
  const manifest = {
    kind: 'Deployment' as const,
    metadata: { name: 'anything' },
    spec: { replicas: 4, template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } },
  };

  it('gets the identity of its slot and keeps its image', () => {
    const built = manifestOf({ spec: specOf({ candidate: { manifest } }), stable: null, slot: 'blue' });
    expect(built).toMatchObject({
      metadata: { name: 'api-blue' },
      spec: {
        replicas: 4,
        template: { metadata: { labels: { version: 'blue' } }, spec: { containers: [{ image: 'web:1' }] } },
      },
    });
  });

  it('is needed for the first deployment', () => {
    expect(build({ stable: null })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('candidate.manifest')],
    });
  });
});

describe('the number of pods', () => {
  it('is what the spec says, else as many as stable has, else what the manifest says, else one', () => {
    const manifest = { kind: 'Deployment' as const, spec: { replicas: 4, template: {} } };
    const bare = { kind: 'Deployment' as const, spec: { template: {} } };
    expect(candidateReplicas(specOf({ replicas: 7 }), deployment('blue', 3))).toBe(7);
    expect(candidateReplicas(specOf({ candidate: { manifest } }), deployment('blue', 3))).toBe(3);
    expect(candidateReplicas(specOf({ candidate: { manifest } }), null)).toBe(4);
    expect(candidateReplicas(specOf({ candidate: { manifest: bare } }), null)).toBe(1);
  });
});

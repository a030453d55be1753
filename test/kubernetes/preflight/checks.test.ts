import { describe, expect, it } from 'vitest';
import { buildCandidate, type DeploymentManifest } from '../../../src/kubernetes/candidate.ts';
import {
  candidateProblems,
  logProblems,
  podCountProblems,
  previewProblems,
  roomProblems,
  stableProblems,
} from '../../../src/kubernetes/preflight/checks.ts';
import { noticesOf } from '../../../src/kubernetes/preflight/notices.ts';
import { viewProduction } from '../../../src/kubernetes/production.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import { deployment, service, specOf } from '../objects.ts';
import { factsOf, slotView } from './facts.ts';

function manifestWith(ports?: { name?: string; containerPort: number }[]): DeploymentManifest {
  const stable = deployment();
  const [container] = stable.spec?.template.spec?.containers ?? [];
  if (container !== undefined && ports !== undefined) container.ports = ports;
  const built = buildCandidate({ spec: specOf(), runId: 'r', slot: 'green', stable });
  if (!built.ok) throw new Error(built.problems.join());
  return built.manifest;
}

function targeting(targetPort: string | number) {
  return viewProduction({
    ...service(),
    spec: { selector: { app: 'api', version: 'blue' }, ports: [{ port: 80, targetPort }] },
  });
}

describe('ports', () => {
  it.each([
    ['a number where nothing is declared', 8080, undefined],
    ['a number that is declared', 8080, [{ containerPort: 8080 }]],
    ['a name that is declared', 'http', [{ name: 'http', containerPort: 8080 }]],
  ])('match with %s', (_, targetPort, ports) => {
    expect(candidateProblems(targeting(targetPort), manifestWith(ports))).toEqual([]);
  });

  it.each([
    ['another number than is declared', 8080, [{ containerPort: 9090 }]],
    ['a name that nobody declares', 'http', undefined],
    ['another name', 'http', [{ name: 'web', containerPort: 8080 }]],
  ])('do not match with %s', (_, targetPort, ports) => {
    expect(candidateProblems(targeting(targetPort), manifestWith(ports))).toEqual([
      expect.stringContaining(`targetPort ${targetPort}`),
    ]);
  });
});

it('refuses a candidate that lacks a label which the Service selects', () => {
  const production = viewProduction({ ...service(), spec: { selector: { app: 'api', version: 'blue', tier: 'web' } } });
  expect(candidateProblems(production, manifestWith())).toEqual([expect.stringContaining('tier: web')]);
});

function problemsOfLogs(changes: Partial<SpecInput>): string[] {
  return logProblems(specOf(changes), manifestWith(), deployment());
}

it('refuses a container of the logs that either slot lacks, where logs are read', () => {
  expect(problemsOfLogs({})).toEqual([]);
  expect(problemsOfLogs({ logs: { container: 'api' } })).toEqual([]);
  expect(problemsOfLogs({ logs: { container: 'web' }, soak: { duration: '0s' }, monitor: { duration: '0s' } })).toEqual(
    [],
  );
  expect(problemsOfLogs({ logs: { container: 'web' } })).toEqual([
    `logs.container is "web", but the candidate's pods have api: name one that both slots have`,
    `logs.container is "web", but stable's pods have api: name one that both slots have`,
  ]);
});

it('refuses minimums that can never be reached', () => {
  const spec = specOf({ cutover: { minimumReady: 5 } });
  expect(podCountProblems(spec, 2)).toEqual([expect.stringContaining('cutover.minimumReady is 5')]);
  expect(podCountProblems(spec, 5)).toEqual([]);
  expect(stableProblems(specOf({ rollback: { minimumReady: 3 } }), slotView('blue'))).toEqual([
    expect.stringContaining('rollback.minimumReady is 3'),
  ]);
});

it('refuses a stable slot without a ready pod, or with a selector that fits both slots', () => {
  const slot = slotView('blue');
  const { spec } = slot.deployment;
  if (spec !== undefined) spec.selector = { matchLabels: { app: 'api' } };
  expect(stableProblems(specOf(), { ...slot, state: { ...slot.state, readyPods: 0 } })).toEqual([
    expect.stringContaining('has no ready pod'),
    expect.stringContaining('has to have app: api and version: blue'),
  ]);
});

it("refuses to take over somebody else's Service for a preview, and knows its own", () => {
  const own = { metadata: { name: 'api-blue', labels: { 'app.kubernetes.io/managed-by': 'cutover' } } };
  const alike = { metadata: { name: 'api-green' }, spec: { selector: { app: 'api', version: 'green' } } };
  const foreign = { metadata: { name: 'api-green' }, spec: { selector: { app: 'shop' } } };
  expect(previewProblems(specOf(), factsOf({ previews: [own, alike] }))).toEqual([]);
  expect(previewProblems(specOf(), factsOf({ previews: [own, foreign] }))).toEqual([
    expect.stringContaining('"api-green"'),
  ]);
});

describe('room for the candidate', () => {
  const quota = { metadata: { name: 'small' }, status: { hard: { pods: '5' }, used: { pods: '4' } } };

  it('is counted with what goes away first', () => {
    expect(roomProblems(specOf(), factsOf({ quotas: [quota] }), 'green', manifestWith())).toEqual([
      expect.stringContaining(
        '"small" is too small for two environments: pods is limited to 5, 4 are used, and the candidate needs 2 more',
      ),
    ]);
    const left = factsOf({ quotas: [quota], slots: { blue: slotView('blue'), green: slotView('green') } });
    expect(roomProblems(specOf(), left, 'green', manifestWith())).toEqual([]);
  });

  it('includes the preview Services that are still to be made', () => {
    const services = { metadata: { name: 'few' }, status: { hard: { services: '2' }, used: { services: '1' } } };
    expect(roomProblems(specOf(), factsOf({ quotas: [services] }), 'green', manifestWith())).toHaveLength(1);
  });
});

it('notices what does not stop a deployment', () => {
  const plan = { stableSlot: 'blue', candidateSlot: 'green' } as const;
  const autoscaler = {
    metadata: { name: 'scaler' },
    spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'api-blue' } },
  };
  const production = viewProduction({ ...service(), spec: { ...service().spec, sessionAffinity: 'ClientIP' } });
  const facts = factsOf({
    production,
    autoscalers: [autoscaler],
    slots: { blue: slotView('blue'), green: slotView('green') },
    quotas: [{ metadata: { name: 'scoped' }, spec: { scopes: ['BestEffort'] } }],
  });
  expect(noticesOf(specOf(), facts, plan, manifestWith())).toEqual([
    expect.stringContaining('api-green is there already'),
    expect.stringContaining('HorizontalPodAutoscaler "scaler"'),
    expect.stringContaining('up to 3h'),
    expect.stringContaining('no readiness probe'),
    expect.stringContaining('scoped'),
  ]);
});

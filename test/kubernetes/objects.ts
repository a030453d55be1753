/** Kubernetes objects for tests, as the API server would send them. */
import type { V1Deployment, V1Pod, V1Service } from '@kubernetes/client-node';
import type { Slot } from '../../src/domain/slot.ts';
import type { Spec, SpecInput } from '../../src/domain/spec.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import type { Json } from '../../src/kubernetes/api-server.ts';

export function specOf(changes: Partial<SpecInput> = {}): Spec {
  const parsed = parseSpec({ app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' }, ...changes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return parsed.spec;
}

export function service(
  version: string | null = 'blue',
  changes: { annotations?: Record<string, string> } = {},
): Json<V1Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'api-service',
      namespace: 'default',
      resourceVersion: '100',
      ...(changes.annotations === undefined ? {} : { annotations: changes.annotations }),
    },
    spec: {
      selector: { app: 'api', ...(version === null ? {} : { version }) },
      ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
  };
}

export function deployment(slot: Slot = 'blue', replicas = 2): Json<V1Deployment> {
  const labels = { app: 'api', version: slot };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `api-${slot}`, namespace: 'default', uid: `uid-${slot}`, resourceVersion: '7', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'api', image: 'myapp:v1.0' }] } },
    },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: replicas },
  };
}

export function pod(name: string, { ready = true, version = 'blue' } = {}): Json<V1Pod> {
  return {
    metadata: { name, uid: `uid-${name}`, labels: { app: 'api', version } },
    spec: { containers: [{ name: 'api', image: 'myapp:v1.0' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      containerStatuses: [
        { name: 'api', image: 'myapp:v1.0', imageID: 'myapp@sha256:1', ready, restartCount: 0, state: { running: {} } },
      ],
    },
  };
}

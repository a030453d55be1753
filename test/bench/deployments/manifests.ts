/** What one deployment of the campaign needs in the cluster, and its spec. */
import { fileURLToPath } from 'node:url';
import type { Slot } from '../../../src/domain/slot.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { Behaviour } from './app/behaviour.ts';

export const service = 'shop';
export const port = 8080;
const app = 'shop';

export interface Times {
  readonly soak: string;
  readonly monitor: string;
}

/** Two pods, so that one of them may be the bad one. */
const replicas = 2;
const readinessProbe = { httpGet: { path: '/healthz', port }, periodSeconds: 1, failureThreshold: 2 };
/** Of the heap, in MB: what leaks comes to its end within the monitor. */
const heap = 64;

/** One version of the app; from the sources (in tests) it is the built one that runs. */
export function deploymentOf(slot: Slot, version: string, behaviour: Behaviour) {
  const built = import.meta.url.endsWith('.ts') ? '../../../dist/test/bench/deployments/' : './';
  const server = fileURLToPath(new URL(`${built}app/server.js`, import.meta.url));
  const labels = { app, version: slot };
  const env = [
    { name: 'VERSION', value: version },
    { name: 'BEHAVIOUR', value: JSON.stringify(behaviour) },
  ];
  const command = ['node', `--max-old-space-size=${heap}`, server];
  const containers = [{ name: 'shop', image: `node:${version}`, command, env, readinessProbe }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment' as const,
    metadata: { name: `${app}-${slot}` },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

export function serviceOf(slot: Slot) {
  const ports = [{ protocol: 'TCP', port: 80, targetPort: port }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service },
    spec: { selector: { app, version: slot }, ports },
  };
}

/** The limits are the defaults: what is below them only the comparison with stable can find. */
export function specOf(namespace: string, candidate: Behaviour, times: Times): SpecInput {
  const watch = { interval: '1s', minimumRequests: 50 };
  const requests = [{ path: '/api/items' }];
  return {
    app,
    namespace,
    service,
    access: 'direct',
    candidate: { manifest: deploymentOf('green', 'v2', candidate) },
    warmUp: { requests: [{ path: '/api/items', count: 5 }] },
    // Not what has errors now and then in both versions: a smoke check asks once.
    smoke: { checks: [{ name: 'health', http: { path: '/healthz' } }] },
    soak: { ...watch, duration: times.soak, traffic: { requestsPerSecond: 20, requests } },
    cutover: { verify: { path: '/api/items', identity: { header: 'x-version' } } },
    monitor: { ...watch, duration: times.monitor },
    retention: '0s',
    drain: '0s',
  };
}

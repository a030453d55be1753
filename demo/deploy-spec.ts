/** The spec of the demo's deployments: examples/deploy.yaml with its times shortened, so that minutes become seconds. */

export interface ShortenedTime {
  readonly what: string;
  readonly usually: string;
  readonly here: string;
}

export const shortened: readonly ShortenedTime[] = [
  { what: 'soak', usually: '5m', here: '8s' },
  { what: 'monitor', usually: '5m', here: '12s' },
  { what: 'retention', usually: '24h', here: '10m, ended by hand' },
  { what: 'drain', usually: '1m', here: '10s' },
];

/** As `cutover deploy -f` reads it. */
export type DemoSpec = ReturnType<typeof deploySpec>;

/** The spec of the Role: the worker may also go through the API server, as specs do that leave `access` at its default. */
export function specOfRole(): DemoSpec {
  return { ...deploySpec(0), access: 'proxy' };
}

/** `soakRate` is requests a second to each slot during the soak. */
export function deploySpec(soakRate: number) {
  // Everything shares the cores of one machine: a moment of a tenth of a second says nothing of the candidate.
  const watch = { interval: '1s', minimumRequests: 50, comparison: { minimumSlowdown: '100ms' } };
  return {
    app: 'api',
    service: 'api-service',
    candidate: { image: 'myapp:v2.0' },
    access: 'direct' as 'direct' | 'proxy',
    warmUp: { requests: [{ path: '/api/items', count: 5 }] },
    smoke: {
      checks: [
        { name: 'health', http: { path: '/healthz' } },
        { name: 'items', http: { path: '/api/items', expect: { status: 200, within: '1s' } } },
        { name: 'port', tcp: {} },
      ],
    },
    soak: { ...watch, duration: '8s', traffic: { requestsPerSecond: soakRate, requests: [{ path: '/api/items' }] } },
    approval: { required: true, timeout: '5m' },
    cutover: { verify: { path: '/api/items', connections: 10, identity: { header: 'x-version' } } },
    monitor: { ...watch, duration: '12s' },
    retention: '10m',
    drain: '10s',
  };
}

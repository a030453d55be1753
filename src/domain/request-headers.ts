/** The headers of the requests that a spec writes down: where they stand, and which of them arrive. Pure. */
import type { HttpRequest, SmokeCheck, Spec, WatchCheck } from './spec.ts';

export interface LocatedHeaders {
  /** Of the request that has them. */
  readonly path: readonly (string | number)[];
  readonly headers: HttpRequest['headers'];
  /** Pods and Services of the cluster, by the spec's `access`; or an address of its own. */
  readonly to: 'cluster' | 'address';
}

/** All headers of the spec. */
export function locatedHeaders({ warmUp, smoke, soak, monitor, prometheus }: Spec): LocatedHeaders[] {
  return [
    ...located(['warmUp', 'requests'], warmUp.requests),
    ...ofChecks('smoke', smoke.checks),
    ...located(['soak', 'traffic', 'requests'], soak.traffic.requests ?? []),
    ...ofChecks('soak', soak.checks ?? []),
    ...ofChecks('monitor', monitor.checks ?? []),
    ...(prometheus === undefined
      ? []
      : [
          {
            path: ['prometheus'],
            headers: prometheus.headers,
            to: 'service' in prometheus ? 'cluster' : 'address',
          } as const,
        ]),
  ];
}

/** Whether a header goes through the API server, which takes some for itself: they say who asks it, or are replaced. */
export function passesProxy(name: string): boolean {
  return !/^(authorization|proxy-authorization|host|connection|upgrade|impersonate-.*|x-remote-.*)$/i.test(name);
}

function located(path: LocatedHeaders['path'], requests: readonly Pick<HttpRequest, 'headers'>[]): LocatedHeaders[] {
  return requests.map(({ headers }, index) => ({ path: [...path, index], headers, to: 'cluster' }));
}

function ofChecks(step: string, checks: readonly (SmokeCheck | WatchCheck)[]): LocatedHeaders[] {
  return checks.flatMap((check, index): LocatedHeaders[] => {
    if (!('http' in check)) return [];
    const to = 'url' in check.http && check.http.url !== undefined ? 'address' : 'cluster';
    return [{ path: [step, 'checks', index, 'http'], headers: check.http.headers, to }];
  });
}

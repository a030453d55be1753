import type { HttpRequest, Spec } from './spec.ts';

/** The soak's requests: the spec's own; by default the GET requests of its smoke checks, or the root. */
export function probeRequests(spec: Spec): readonly HttpRequest[] {
  if (spec.soak.traffic.requests !== undefined) return spec.soak.traffic.requests;
  const checks = spec.smoke.checks.flatMap((check) =>
    'http' in check && check.http.method === 'GET' ? [check.http] : [],
  );
  return checks.length > 0 ? checks : [{ method: 'GET', path: '/', headers: {} }];
}

import type { V1Deployment, V1Probe } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';

/** An HTTP probe that Kubernetes sends to each pod of a Deployment. */
export interface HttpProbe {
  /** Without its query, as a label has it. */
  readonly path: string;
  /** To a pod that is ready: that of its start is over by then. */
  readonly perSecond: number;
}

/** Kubernetes' own, where a probe says nothing else. */
const usualPeriodSeconds = 10;

export function httpProbes({ spec }: Json<V1Deployment>): HttpProbe[] {
  const containers = spec?.template.spec?.containers ?? [];
  return containers.flatMap(({ livenessProbe, readinessProbe, startupProbe }) => [
    ...[livenessProbe, readinessProbe].flatMap((probe) => httpProbe(probe, 1)),
    ...httpProbe(startupProbe, 0),
  ]);
}

function httpProbe(probe: Json<V1Probe> | undefined, timesPerPeriod: number): HttpProbe[] {
  if (probe?.httpGet === undefined) return [];
  const path = withoutQuery(probe.httpGet.path ?? '/');
  return [{ path, perSecond: timesPerPeriod / (probe.periodSeconds ?? usualPeriodSeconds) }];
}

/** The paths of the HTTP probes that Kubernetes sends to the pods of a Deployment. */
export function probePaths(deployment: Json<V1Deployment>): string[] {
  return httpProbes(deployment).map(({ path }) => path);
}

export function withoutQuery(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

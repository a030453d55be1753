/** What a validation finds of a rig's slots, whose cluster has no Secrets, and changes nothing. */
import * as http from 'node:http';
import { ApiException } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { validate } from '../../src/activities/validate/validate.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { httpPage } from '../evidence/prometheus/metrics-page.ts';
import { SlotsRig } from './slots-rig.ts';

interface Call {
  readonly path: string;
  readonly method?: string;
  readonly query?: { readonly dryRun?: string };
  readonly body?: string;
}

/** The rig's cluster, in which the worker may do everything and there are no Secrets; `changed` is what was written in it. */
function clusterOf(rig: SlotsRig): { dependencies: Dependencies; changed: Call[] } {
  const changed: Call[] = [];
  const json = (call: Call): Promise<unknown> => {
    if (call.path.endsWith('/selfsubjectaccessreviews')) return Promise.resolve({ status: { allowed: true } });
    if (/\/(secrets|configmaps)\/|\/(nobody|shop-\w+)$|\/nowhere(\/services\/.*)?$/.test(call.path))
      return Promise.reject(new ApiException(404, 'gone', '', {}));
    if (call.query?.dryRun === 'All' && call.body?.includes('"type":"Odd"') === true) {
      const message = 'Deployment.apps "api-green-preflight" is invalid: spec.strategy.type: Unsupported value: "Odd"';
      return Promise.reject(new ApiException(422, 'invalid', JSON.stringify({ kind: 'Status', message }), {}));
    }
    if (call.method !== undefined && call.method !== 'GET' && call.query?.dryRun !== 'All') changed.push(call);
    return rig.dependencies.cluster.api.json(call as Parameters<Cluster['api']['json']>[0]);
  };
  return { changed, dependencies: { ...rig.dependencies, cluster: { api: { json } } as unknown as Cluster } };
}

export async function found(
  rig: SlotsRig,
  changes: Partial<SpecInput>,
): Promise<{ told: string[]; unchecked: readonly string[]; notes: readonly string[] }> {
  const { dependencies, changed } = clusterOf(rig);
  const { spec } = rig.target(changes);
  const { mistakes, unchecked, notes } = await validate(dependencies, { spec }, new AbortController().signal);
  expect(changed).toEqual([]);
  return { told: mistakes.map(({ path, message }) => `${path}: ${message}`), unchecked, notes };
}

/** A pod with this page of metrics, and an answer to everything else. */
function paged(text: string, otherwise: string): http.Server {
  return http.createServer((request, response) => response.end(request.url === '/metrics' ? text : otherwise));
}

export async function rigWith(page: string, otherwise = '{"depth": 3}'): Promise<SlotsRig> {
  const rig = await SlotsRig.of({});
  await rig.addPod('blue', paged(page, otherwise));
  return rig;
}

export const page = httpPage({ ok: 90, failed: 10, fast: 50 });
export const limits = (p95: string | null, p99: string | null): Partial<SpecInput> => ({
  soak: { thresholds: { p95, p99 } },
  monitor: { thresholds: { p95, p99 } },
});

export function query(text: string) {
  return { name: text, prometheus: { query: text }, expect: { atMost: 1 } };
}

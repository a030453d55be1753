import { expect, it } from 'vitest';
import { verifySwitch } from '../../src/activities/verification.ts';
import type { Access, ProbeRequest, Transport } from '../../src/kubernetes/access/index.ts';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { attemptOf } from './attempts.ts';

/** Production selects green, and its EndpointSlices hold green's one pod. */
const cluster = {
  api: {
    json: async ({ path }: ApiRequest): Promise<unknown> => {
      const metadata = { resourceVersion: '1' };
      if (path.endsWith('/services')) {
        return {
          metadata,
          items: [{ metadata: { name: 'api-service' }, spec: { selector: { app: 'api', version: 'green' } } }],
        };
      }
      if (path.endsWith('/endpointslices')) return { metadata, items: [{ endpoints: [{ targetRef: { uid: 'a' } }] }] };
      const conditions = [{ type: 'Ready', status: 'True' }];
      return { metadata, items: [{ metadata: { name: 'a', uid: 'a' }, status: { conditions } }] };
    },
    open: () => new Promise(() => undefined),
  },
} as unknown as Cluster;

it('names the trace of a connection that was not answered as it should', async () => {
  const sent: ProbeRequest[] = [];
  const way: Pick<Transport, 'request'> = {
    request: async (_target, request) => {
      sent.push(request);
      return { status: sent.length === 1 ? 503 : 200, headers: {}, body: '', truncated: false, durationMs: 1 };
    },
  };
  const access = { proxy: way, direct: way } as unknown as Access;
  const made = { kind: 'cutover', input: { spec: parsed(spec) }, from: 'blue', to: 'green' } as const;
  const limits = { attempt: attemptOf(), timeoutMs: 5_000 };
  const { verified, sentence } = await verifySwitch({ cluster, access }, made, limits);
  expect(verified).toBe(true);
  const [, traceId] = /\(1 before were not: status 503 \(trace ([0-9a-f]{32})\)\)/.exec(sentence) ?? [];
  expect(sent[0]?.headers).toHaveProperty('traceparent', expect.stringContaining(`00-${traceId}-`));
});

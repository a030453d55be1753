import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { refusedQueries } from '../../src/activities/refused-queries.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { SlotsRig } from './slots-rig.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const errors: Readonly<Record<string, [status: number, type: string]>> = {
  'sum(': [400, 'bad_data'],
  'up * up': [422, 'execution'],
};

/** A Prometheus that knows which queries are wrong. */
function prometheus(): Promise<string> {
  const server = http.createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const query = new URLSearchParams(Buffer.concat(chunks as Buffer[]).toString()).get('query') ?? '';
      const [status, errorType] = errors[query] ?? [200, null];
      const data = { resultType: 'vector', result: [] };
      response.statusCode = status;
      response.end(
        JSON.stringify(errorType === null ? { status: 'success', data } : { status: 'error', errorType, error: 'no' }),
      );
    });
  });
  return listening(server);
}

async function listening(server: http.Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (name: string) => ({ name, prometheus: { query: name }, expect: { atMost: 1 } });

async function refused(url: string, changes: Partial<SpecInput>) {
  const rig = await SlotsRig.of({});
  const { spec } = rig.target({ prometheus: { url }, ...changes });
  return refusedQueries(rig.dependencies, spec, new AbortController().signal);
}

describe('the queries that a server refuses', () => {
  it('are those that it cannot parse, each with its field', async () => {
    const changes: Partial<SpecInput> = {
      metrics: { prometheus: { requests: 'up', errors: 'sum(' } },
      soak: { checks: [check('up * up'), check('sum(')] },
      monitor: { duration: '0s', checks: [check('sum(')] },
    };
    const message = 'Prometheus refuses the query "sum(": no';
    expect(await refused(await prometheus(), changes)).toEqual([
      { path: 'metrics.prometheus.errors', message },
      { path: 'soak.checks[1].prometheus.query', message },
    ]);
  });

  it('are none where it does not answer, or there is nothing to ask', async () => {
    const changes = { soak: { checks: [check('sum(')] } };
    expect(await refused('http://127.0.0.1:1', changes)).toEqual([]);
    const hanging = await listening(http.createServer(() => undefined));
    expect(await refused(hanging, { ...changes, timeouts: { preflight: '1s' } })).toEqual([]);
    expect(await refused(await prometheus(), {})).toEqual([]);
  });
});

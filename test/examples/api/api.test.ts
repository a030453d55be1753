import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Api } from '../../../examples/api/api.ts';
import { FaultInjector } from '../../../examples/api/fault-injector.ts';
import { shutDown } from '../../../examples/api/shutdown.ts';

const running: Api[] = [];

afterEach(() => {
  for (const { server } of running.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function startApi(version = 'v2.0') {
  const crash = vi.fn<(reason: string) => void>();
  const log = vi.fn<(line: Readonly<Record<string, unknown>>) => void>();
  const faults = new FaultInjector({ version, crash });
  const api = new Api({ version, pod: 'pod-1', faults, log });
  running.push(api);
  api.server.listen(0, '127.0.0.1');
  await once(api.server, 'listening');
  const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  const get = async (path: string) => {
    const response = await fetch(url + path);
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };
  const metrics = async () => await (await fetch(`${url}/metrics`)).text();
  const change = async (faultsJson: object) =>
    await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(faultsJson) });
  return { api, crash, log, url, get, metrics, change };
}

describe('answers', () => {
  test.each(['/', '/api/items', '/api/items/7'])('%s names the version and the pod', async (path) => {
    const { get } = await startApi();
    const { status, headers, body } = await get(path);
    expect({ status, version: headers.get('x-version') }).toEqual({ status: 200, version: 'v2.0' });
    expect(body).toMatchObject({ version: 'v2.0', pod: 'pod-1' });
  });

  test.each(['/api/items/0', '/api/items/9999', '/api/items/x', '/nothing'])('%s is not found', async (path) => {
    const { get } = await startApi();
    expect((await get(path)).status).toBe(404);
  });

  test('a method that a route does not have is refused', async () => {
    const { url } = await startApi();
    expect((await fetch(`${url}/api/items`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('metrics', () => {
  test('count requests by method, class of path and status, and hold their time', async () => {
    const { get, metrics } = await startApi();
    await Promise.all(['/api/items/1', '/api/items/2', '/api/items/none', '/a', '/b'].map(get));
    const text = await metrics();
    expect(text).toContain('http_requests_total{method="GET",path="/api/items/:id",status="200"} 2\n');
    expect(text).toContain('http_requests_total{method="GET",path="/api/items/:id",status="404"} 1\n');
    expect(text).toContain('http_requests_total{method="GET",path="other",status="404"} 2\n');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",path="/api/items/:id"} 3\n');
    expect(text).toContain('api_info{version="v2.0"} 1\n');
  });

  test('leave out probes and scrapes, and start at 0', async () => {
    const { get, metrics } = await startApi();
    await get('/healthz');
    await metrics();
    const counts = (await metrics()).match(/^http_requests_total.*$/gm) ?? [];
    expect(counts).toHaveLength(4);
    expect(counts.every((line) => line.endsWith(' 0'))).toBe(true);
  });
});

describe('faults', () => {
  test('errors take their exact share, and say that they are injected', async () => {
    const { get, change, metrics, log } = await startApi();
    await change({ errorRate: 0.25 });
    const answers = [];
    for (let index = 0; index < 8; index++) answers.push(await get('/'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 500, 200, 200, 200, 500]);
    expect(answers.map(({ headers }) => headers.get('x-injected-error')).filter(Boolean)).toEqual(['true', 'true']);
    expect(await metrics()).toContain('http_requests_total{method="GET",path="/",status="500"} 2\n');
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ level: 'error', message: 'injected error' }));
  });

  test('errors in production leave a burst of requests alone', async () => {
    const { get } = await startApi('v3.0');
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await get('/')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  test('errors in production come with a rate that lasts', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { get } = await startApi('v3.0');
      const statuses: number[] = [];
      for (let index = 0; index < 100; index++) {
        statuses.push((await get('/')).status);
        vi.advanceTimersByTime(40);
      }
      // 25 requests a second: from the third second on, three in ten fail.
      expect(statuses.slice(0, 50).every((status) => status === 200)).toBe(true);
      expect(statuses.slice(-40).filter((status) => status === 500)).toHaveLength(12);
    } finally {
      vi.useRealTimers();
    }
  });

  test('unready shows in the health only', async () => {
    const { get, change } = await startApi();
    expect((await get('/healthz')).status).toBe(200);
    await change({ unready: true });
    expect((await get('/healthz')).status).toBe(503);
    expect((await get('/')).status).toBe(200);
  });

  test('a version whose smoke checks fail misses its critical endpoint', async () => {
    const { get } = await startApi('v2.0-failing-smoke');
    expect((await get('/api/items')).status).toBe(404);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('latency shows in the histogram', async () => {
    const { get, change, metrics } = await startApi();
    await change({ latencyMs: 30 });
    await get('/');
    expect(await metrics()).toContain('http_request_duration_seconds_bucket{le="0.025",method="GET",path="/"} 0\n');
  });

  test('a crash comes after the answer to the request for it', async () => {
    const { change, crash } = await startApi();
    expect((await change({ crash: true })).status).toBe(200);
    await vi.waitFor(() => expect(crash).toHaveBeenCalledOnce());
  });

  test('a mistake is refused by name and changes nothing', async () => {
    const { get, change } = await startApi();
    const before = (await get('/faults')).body;
    const response = await change({ errorRate: 2 });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('errorRate');
    expect((await get('/faults')).body).toEqual(before);
  });

  test('are cleared by DELETE', async () => {
    const { url, get } = await startApi('v2.0-unready');
    await fetch(`${url}/faults`, { method: 'DELETE' });
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('shutdown', () => {
  test('finishes requests in flight and closes idle connections', async () => {
    const { api, url, change } = await startApi();
    await change({ latencyMs: 50 });
    const agent = new Agent({ keepAlive: true });
    const inFlight = httpRequest(`${url}/`, { agent }).end();
    await once(api.server, 'request');
    const stopped = shutDown(api, { delayMs: 0, graceMs: 10_000 });
    const [response] = (await once(inFlight, 'response')) as [{ statusCode: number; headers: { connection: string } }];
    expect({ status: response.statusCode, connection: response.headers.connection }).toEqual({
      status: 200,
      connection: 'close',
    });
    expect(await stopped).toBe('clean');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('does not wait for connections that clients keep in reserve', async () => {
    const { api } = await startApi();
    const { port } = api.server.address() as AddressInfo;
    const spare = connect(port, '127.0.0.1');
    await once(api.server, 'connection');
    const closed = once(spare, 'close');
    expect(await shutDown(api, { delayMs: 0, graceMs: 10_000 })).toBe('clean');
    await closed;
  });

  test('cuts what is still in flight after the grace period', async () => {
    const { api, url, change } = await startApi();
    await change({ latencyMs: 60_000 });
    const answer = Promise.allSettled([fetch(url)]);
    await once(api.server, 'request');
    expect(await shutDown(api, { delayMs: 0, graceMs: 20 })).toBe('cut');
    expect(await answer).toMatchObject([{ status: 'rejected' }]);
  });

  test('goes on answering while the endpoint is being removed', async () => {
    const { api, get } = await startApi();
    const stopped = shutDown(api, { delayMs: 300, graceMs: 1_000 });
    const { status, headers } = await get('/');
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
    expect((await get('/healthz')).status).toBe(503);
    expect(await stopped).toBe('clean');
  });
});

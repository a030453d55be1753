import { describe, expect, test, vi } from 'vitest';
import { startLoad } from '../../../demo/load/load.ts';
import type { LoadReport } from '../../../demo/load/report.ts';
import type { LoadOptions } from '../../../demo/load/options.ts';
import { answerAs, closedPort, startServer } from './local-server.ts';

async function load(options: Partial<LoadOptions> & Pick<LoadOptions, 'urls'>): Promise<LoadReport> {
  return await startLoad({ requestsPerSecond: 500, maxRequests: 100, ...options }).finished;
}

describe('a load on a server that answers', () => {
  test('counts each answer by its version, and fails none', async () => {
    const { url } = await startServer((response, number) => answerAs(response, number <= 60 ? 'v1' : 'v2'));
    const report = await load({ urls: [url] });
    expect(report).toMatchObject({
      requestsSent: 100,
      requestsAnswered: 100,
      requestsFailed: 0,
      injectedErrors: 0,
      appErrors: 0,
      retried: 0,
      byVersion: { v1: 60, v2: 40 },
      endedBy: 'max-requests',
      firstFailures: [],
    });
    const { firstAnswerByVersion: first, lastAnswerByVersion: last } = report;
    expect(first['v2']).toBeGreaterThan(first['v1'] ?? Infinity);
    expect(last['v2']).toBeGreaterThanOrEqual(last['v1'] ?? Infinity);
  });

  test('takes the version from the body when there is no header', async () => {
    const { url } = await startServer((response) => {
      response.setHeader('content-type', 'application/json').end('{"version":"v7"}');
    });
    expect((await load({ urls: [url], maxRequests: 10 })).byVersion).toEqual({ v7: 10 });
  });

  test('sends half over connections that stay open, and half over fresh ones', async () => {
    const server = await startServer((response) => answerAs(response, 'v1'));
    await load({ urls: [server.url], connections: 4 });
    expect(server.connections()).toBe(50 + 4);
  });

  test('shares itself among several URLs, with both kinds of connection', async () => {
    const one = await startServer((response) => answerAs(response, 'one'));
    const two = await startServer((response) => answerAs(response, 'two'));
    const report = await load({ urls: [one.url, two.url], connections: 2 });
    expect(report.byVersion).toEqual({ one: 50, two: 50 });
    expect(one.connections()).toBeGreaterThan(25);
    expect(two.connections()).toBeGreaterThan(25);
  });

  test('has a latency that counts from when the request was due', async () => {
    const { url } = await startServer((response) => setTimeout(() => answerAs(response, 'v1'), 30));
    const { latencyMs } = await load({ urls: [url], maxRequests: 20 });
    expect(latencyMs.p50).toBeGreaterThanOrEqual(29);
    expect(latencyMs.max).toBeGreaterThanOrEqual(latencyMs.p99);
  });

  test('keeps its rate while answers are slow', async () => {
    const held: (() => void)[] = [];
    const { url } = await startServer((response) => held.push(() => answerAs(response, 'v1')));
    const running = startLoad({ urls: [url], requestsPerSecond: 200, keepAliveShare: 0 });
    await vi.waitFor(() => expect(held.length).toBeGreaterThan(20));
    expect(running.stats().inFlight).toBeGreaterThan(20);
    const report = running.stop();
    await vi.waitFor(() => {
      for (const release of held.splice(0)) release();
      expect(running.stats().inFlight).toBe(0);
    });
    expect((await report).requestsAnswered).toBe((await report).requestsSent);
  });
});

describe('a load on a platform that drops requests', () => {
  test('counts refused connections', async () => {
    const report = await load({ urls: [await closedPort()], maxRequests: 20 });
    expect(report).toMatchObject({ requestsFailed: 20, failures: { refused: 20 }, retried: 0, byVersion: {} });
    expect(report.firstFailures).toHaveLength(10);
    expect(report.firstFailures[0]).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('counts fresh connections that are reset, and never retries them', async () => {
    const { url } = await startServer((response, number) => {
      if (number % 4 === 0) response.destroy();
      else answerAs(response, 'v1');
    });
    const report = await load({ urls: [url], keepAliveShare: 0 });
    expect(report).toMatchObject({ requestsFailed: 25, failures: { reset: 25 }, retried: 0, byVersion: { v1: 75 } });
    expect(report.firstFailures[0]).toMatchObject({ connection: 'fresh', isRetried: false });
  });

  test('counts answers that break off', async () => {
    const { url } = await startServer((response) => {
      response.writeHead(200, { 'x-version': 'v1', 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    const report = await load({ urls: [url], maxRequests: 10 });
    expect(report).toMatchObject({ requestsFailed: 10, failures: { truncated: 10 }, retried: 0 });
  });

  test('counts requests without an answer in time', async () => {
    const { url } = await startServer((response, number) => number % 2 === 0 && answerAs(response, 'v1'));
    const report = await load({ urls: [url], maxRequests: 10, keepAliveShare: 0, timeoutMs: 100 });
    expect(report).toMatchObject({ requestsFailed: 5, failures: { timeout: 5 }, requestsAnswered: 5 });
  });

  test('tells a gateway without a backend from an error of the app', async () => {
    const { url } = await startServer((response, number) => {
      if (number % 2 === 0) response.writeHead(503).end();
      else answerAs(response, 'v1', 503);
    });
    const report = await load({ urls: [url], maxRequests: 10 });
    expect(report).toMatchObject({ requestsFailed: 5, failures: { gateway: 5 }, appErrors: 5, byVersion: { v1: 5 } });
  });
});

describe('a kept-alive connection that is closed just as it is written to', () => {
  // At the higher rate, requests wait in turn for the one connection.
  test.each([100, 2_000])('is retried once, and reported, at %i requests a second', async (requestsPerSecond) => {
    const used = new WeakSet();
    const { url } = await startServer((response, _, { socket }) => {
      if (used.has(socket)) return socket.destroy();
      used.add(socket);
      return answerAs(response, 'v1');
    });
    const report = await load({
      urls: [url],
      keepAliveShare: 1,
      connections: 1,
      requestsPerSecond,
      maxRequests: 10,
    });
    expect(report).toMatchObject({ requestsAnswered: 10, requestsFailed: 0, retried: 5 });
  });

  test('is a failure when the second try fails too', async () => {
    const { url } = await startServer((response, number, { socket }) => {
      if (number === 1) answerAs(response, 'v1');
      else socket.destroy();
    });
    const report = await load({
      urls: [url],
      keepAliveShare: 1,
      connections: 1,
      requestsPerSecond: 100,
      maxRequests: 2,
    });
    expect(report).toMatchObject({ requestsAnswered: 1, requestsFailed: 1, retried: 1 });
    expect(report.firstFailures[0]).toMatchObject({ kind: 'reset', connection: 'keep-alive', isRetried: true });
  });
});

test('errors that say they are injected are counted apart', async () => {
  const { url } = await startServer((response, number) => {
    if (number % 5 === 0) response.setHeader('x-injected-error', 'true');
    answerAs(response, 'v3', number % 5 === 0 ? 500 : 200);
  });
  const report = await load({ urls: [url] });
  expect(report).toMatchObject({ injectedErrors: 20, appErrors: 0, requestsFailed: 0, byVersion: { v3: 100 } });
  expect(report.firstInjectedErrorAt).toBeGreaterThan(report.firstAnswerByVersion['v3'] ?? Infinity);
  expect(report.firstInjectedErrorAt).toBeLessThan(report.lastAnswerByVersion['v3'] ?? 0);
});

describe('gaps', () => {
  test('are as long as nothing succeeds, and show in the statistics while they are open', async () => {
    let isUp = true;
    const { url } = await startServer((response) => (isUp ? answerAs(response, 'v1') : response.destroy()));
    const running = startLoad({ urls: [url], requestsPerSecond: 200 });
    await vi.waitFor(() => expect(running.stats().requestsAnswered).toBeGreaterThan(10));
    isUp = false;
    await vi.waitFor(() => expect(running.stats().longestGapMs).toBeGreaterThan(200));
    isUp = true;
    const failed = running.stats().requestsFailed;
    expect(failed).toBeGreaterThan(10);
    const report = await running.stop();
    expect(report.longestGapMs).toBeGreaterThan(200);
    expect(report.longestGapByConnection.fresh.ms).toBeGreaterThan(200);
    expect(report.longestGap.endedAt).toBeLessThanOrEqual(report.endedAt);
  });
});

describe('marks', () => {
  test('begin a part whose first answers are its own', async () => {
    let version = 'v1';
    const { url } = await startServer((response) => answerAs(response, version));
    const running = startLoad({ urls: [url], requestsPerSecond: 200 });
    for (const next of ['v2', 'v1']) {
      await vi.waitFor(() => expect(running.stats().lastSecond.byVersion[version]).toBeGreaterThan(0), 3_000);
      running.mark(`to ${next}`);
      version = next;
      await vi.waitFor(() => expect(running.stats().marks.at(-1)?.byVersion[next]).toBeGreaterThan(10));
    }
    const { marks, requestsSent, timeline } = await running.stop();
    expect(marks.map(({ name }) => name)).toEqual(['to v2', 'to v1']);
    const back = marks[1];
    expect(back?.firstAnswerByVersion['v1']).toBeGreaterThanOrEqual(back?.at ?? Infinity);
    expect(back?.requestsSent).toBeLessThan(requestsSent);
    const answers = timeline
      .flatMap(({ byVersion }) => Object.values(byVersion))
      .reduce((sum, count) => sum + count, 0);
    expect(answers).toBe(requestsSent);
  });
});

describe('bounds', () => {
  test('end the load after its duration', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const report = await load({ urls: [url], durationMs: 100, maxRequests: 10_000 });
    expect(report.endedBy).toBe('duration');
    expect(report.endedAt - report.startedAt).toBeGreaterThanOrEqual(100);
  });

  test('end the load by its owner', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const running = startLoad({ urls: [url], requestsPerSecond: 100 });
    await vi.waitFor(() => expect(running.stats().requestsAnswered).toBeGreaterThan(0));
    expect((await running.stop()).endedBy).toBe('stopped');
    expect(await running.stop()).toBe(await running.finished);
  });
});

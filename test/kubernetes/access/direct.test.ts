import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDirectTransport } from '../../../src/kubernetes/access/direct.ts';
import { AccessError, type ProbeRequest, type ServiceTarget } from '../../../src/kubernetes/access/index.ts';
import { clusterProxyOf } from '../../../src/kubernetes/access/tunnel.ts';
import { closedPort, podAt, serveConnectProxy, serveHttp, serveTcp } from './servers.ts';

const noServices = { find: () => Promise.reject(new Error('no Service was asked for')) };
let transport = createDirectTransport(noServices, null);
afterEach(() => {
  transport.close();
  transport = createDirectTransport(noServices, null);
});

const get = (path = '/'): ProbeRequest => ({ path });
const options = { timeoutMs: 2_000 };

async function failure(promise: Promise<unknown>): Promise<AccessError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AccessError) return error;
  throw error;
}

describe('a request straight to a pod', () => {
  it('gives the status, the headers by lower-case name and the body', async () => {
    const pod = await serveHttp((request, response) => {
      response.writeHead(418, { 'X-Version': 'v2', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`${request.method} ${request.url}`);
    });
    const answer = await transport.request(pod, get('/items?page=2'), options);
    expect(answer).toMatchObject({ status: 418, body: 'GET /items?page=2', truncated: false });
    expect(answer.headers).toMatchObject({ 'x-version': 'v2', 'set-cookie': 'a=1, b=2' });
    expect(answer.durationMs).toBeGreaterThan(0);
  });

  it('sends text as it is and anything else as JSON', async () => {
    const pod = await serveHttp((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => response.end(`${request.headers['content-type'] ?? 'none'} ${body}`));
    });
    const text = await transport.request(pod, { method: 'POST', path: '/', body: 'plain ü' }, options);
    const json = await transport.request(pod, { method: 'POST', path: '/', body: { id: 7 } }, options);
    expect([text.body, json.body]).toEqual(['none plain ü', 'application/json {"id":7}']);
  });

  it('keeps connections, and takes a new one when it is asked to', async () => {
    const ports: (number | undefined)[] = [];
    const pod = await serveHttp((request, response) => {
      ports.push(request.socket.remotePort);
      response.end();
    });
    await transport.request(pod, get(), options);
    await transport.request(pod, get(), options);
    await transport.request(pod, get(), { ...options, freshConnection: true });
    expect(ports[0]).toBe(ports[1]);
    expect(ports[2]).not.toBe(ports[0]);
  });

  it('asks again when the server closed the kept connection at that moment', async () => {
    let connections = 0;
    const pod = await serveTcp((socket) => {
      connections += 1;
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    await transport.request(pod, get(), options);
    expect(await transport.request(pod, get(), options)).toMatchObject({ status: 200, body: 'ok' });
    expect(connections).toBe(2);
  });
});

describe('an application that misbehaves', () => {
  it('is read no further than the limit, and the connection is closed', async () => {
    let sent = 0;
    const closed = vi.fn<() => void>();
    const pod = await serveHttp((_request, response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', more).once('close', closed);
      more();
    });
    const answer = await transport.request(pod, get(), { ...options, maxBodyBytes: 100_000 });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toHaveLength(100_000);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  it('is not truncated when the body is exactly as long as the limit', async () => {
    const pod = await serveHttp((_request, response) => response.end('x'.repeat(1_000)));
    const answer = await transport.request(pod, get(), { ...options, maxBodyBytes: 1_000 });
    expect(answer).toMatchObject({ truncated: false });
    expect(answer.body).toHaveLength(1_000);
  });

  it('times out when the answer does not begin, or does not end', async () => {
    const silent = await serveHttp(() => undefined);
    const endless = await serveHttp((_request, response) => {
      response.write('a');
    });
    for (const pod of [silent, endless]) {
      const error = await failure(transport.request(pod, get('/slow?token=secret'), { timeoutMs: 80 }));
      expect(error.kind).toBe('timeout');
      expect(error.message).toBe(`GET /slow of pod api-green-1:${pod.port}: no answer within 80ms`);
    }
  });

  it('is told from one that resets, before or in the middle of its answer', async () => {
    const before = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const within = await serveTcp((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this', () => socket.resetAndDestroy());
      }),
    );
    for (const pod of [before, within]) {
      expect(await failure(transport.request(pod, get(), options))).toMatchObject({ kind: 'reset' });
    }
  });

  it('is told from one that does not speak HTTP', async () => {
    const greetings = [
      'SSH-2.0-OpenSSH_9.6\r\n',
      'HTTP/1.1 2OO OK\r\n\r\n',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(99_999)}`,
    ];
    for (const greeting of greetings) {
      const pod = await serveTcp((socket) => socket.write(greeting));
      expect(await failure(transport.request(pod, get(), options))).toMatchObject({ kind: 'protocol' });
    }
  });

  it('cannot switch the protocol', async () => {
    const pod = await serveTcp((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      ),
    );
    expect(await failure(transport.request(pod, get(), options))).toMatchObject({ kind: 'reset' });
  });

  it('that does not listen refuses', async () => {
    const error = await failure(transport.request(podAt(await closedPort()), get(), options));
    expect(error).toMatchObject({ kind: 'refused', reason: 'connection refused' });
  });
});

describe('a request that cannot be sent', () => {
  it('is a result too, without the header that is at fault', async () => {
    const pod = await serveHttp((_request, response) => response.end());
    const request = { path: '/', headers: { 'x-token': 'secret\nvalue' } };
    const error = await failure(transport.request(pod, request, options));
    expect(error.kind).toBe('invalid');
    expect(error.message).not.toContain('secret');
  });

  it('stops at once with the reason of its signal', async () => {
    const pod = await serveHttp(() => undefined);
    const stop = new AbortController();
    const stopped = transport.request(pod, get(), { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('rolled back'));
    await expect(stopped).rejects.toThrow('rolled back');
    await expect(transport.request(pod, get(), { ...options, signal: stop.signal })).rejects.toThrow('rolled back');
  });
});

describe('a Service', () => {
  const service: ServiceTarget = { kind: 'service', namespace: 'shop', name: 'api-green' };

  it('is reached at its cluster IP', async () => {
    const { ip, port } = await serveHttp((_request, response) => response.end('service'));
    const reach = createDirectTransport({ find: () => Promise.resolve({ clusterIP: ip, port }) }, null);
    expect(await reach.request(service, get(), options)).toMatchObject({ body: 'service' });
    reach.close();
  });

  it('without a cluster IP says what to do', async () => {
    const reach = createDirectTransport({ find: () => Promise.resolve({ clusterIP: null, port: 80 }) }, null);
    expect((await failure(reach.request(service, get(), options))).message).toContain('use access: proxy');
  });
});

describe('the TCP check', () => {
  it('connects, or says why not', async () => {
    const pod = await serveTcp(() => undefined);
    expect((await transport.connect(pod, options)).durationMs).toBeGreaterThan(0);
    expect(await failure(transport.connect(podAt(await closedPort()), options))).toMatchObject({ kind: 'refused' });
  });
});

describe('through an HTTP proxy into the cluster', () => {
  it('reaches addresses that this machine has no route to', async () => {
    const { port } = await serveHttp((_request, response) => response.end('from afar'));
    const proxy = await serveConnectProxy();
    const through = createDirectTransport(noServices, clusterProxyOf(proxy.url));
    const pod = podAt(port, '10.64.0.5');
    expect(await through.request(pod, get(), options)).toMatchObject({ body: 'from afar' });
    expect(await through.request(pod, get(), options)).toMatchObject({ body: 'from afar' });
    expect(await through.connect(pod, options)).toHaveProperty('durationMs');
    expect(proxy.asked).toEqual([`10.64.0.5:${port}`, `10.64.0.5:${port}`]);
    through.close();
  });

  it('tells by the proxy what the destination did', async () => {
    const kinds: Record<number, string> = {
      403: 'unreachable',
      502: 'refused',
      503: 'no-endpoints',
      504: 'timeout',
      407: 'proxy',
    };
    for (const [status, kind] of Object.entries(kinds)) {
      const through = createDirectTransport(noServices, clusterProxyOf((await serveConnectProxy(Number(status))).url));
      expect(await failure(through.request(podAt(80, '10.64.0.5'), get(), options))).toMatchObject({ kind });
      expect(await failure(through.connect(podAt(80, '10.64.0.5'), options))).toMatchObject({ kind });
    }
  });

  it('says that the proxy is gone, without its password', async () => {
    const url = `http://user:secret@127.0.0.1:${await closedPort()}`;
    const through = createDirectTransport(noServices, clusterProxyOf(url));
    const error = await failure(through.request(podAt(80, '10.64.0.5'), get(), options));
    expect(error).toMatchObject({ kind: 'proxy' });
    expect(error.message).not.toContain('secret');
  });

  it('stops dialling when the time is over', async () => {
    const silent = await serveTcp(() => undefined);
    const through = createDirectTransport(noServices, clusterProxyOf(`http://127.0.0.1:${silent.port}`));
    const error = await failure(through.request(podAt(80, '10.64.0.5'), get(), { timeoutMs: 80 }));
    expect(error).toMatchObject({ kind: 'timeout' });
  });

  it('takes an HTTP address only', () => {
    expect(clusterProxyOf(undefined)).toBeNull();
    expect(clusterProxyOf('')).toBeNull();
    expect(clusterProxyOf('http://[::1]:3128')).toMatchObject({ host: '::1', port: 3128, authorization: null });
    for (const wrong of ['https://127.0.0.1', '127.0.0.1:80', 'socks5://h']) {
      expect(() => clusterProxyOf(wrong)).toThrow('CUTOVER_CLUSTER_PROXY');
    }
  });
});

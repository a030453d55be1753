import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeploymentError } from '../../../src/domain/failure.ts';
import { AccessError, connectAccess, type Access, type PodTarget } from '../../../src/kubernetes/access/index.ts';
import { connectCluster } from '../../../src/kubernetes/cluster.ts';
import { serveHttp } from './servers.ts';

const options = { timeoutMs: 2_000 };
const pod: PodTarget = { kind: 'pod', namespace: 'shop', name: 'api-green-1', ip: '10.0.0.9', port: 8080 };
const service = { kind: 'service', namespace: 'shop', name: 'api-green' } as const;
const token = 'the-workers-own-token';

/** Access through an API server whose every answer the test gives. */
async function through(listener: http.RequestListener): Promise<Access> {
  const { port } = await serveHttp(listener);
  return accessTo(port);
}

function accessTo(port: number): Access {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'worker', token },
  );
  return connectAccess(connectCluster(kubeConfig), {});
}

function answerStatus(response: http.ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message }));
}

async function failure(promise: Promise<unknown>): Promise<AccessError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AccessError) return error;
  throw error;
}

describe("a request through the API server's proxy", () => {
  it("goes to the pod's port with the worker's credentials", async () => {
    const seen: http.IncomingMessage[] = [];
    const access = await through((request, response) => {
      seen.push(request);
      response.writeHead(503, { 'content-type': 'text/plain' }).end('not yet');
    });
    const answer = await access.proxy.request(
      pod,
      { path: '/healthz?deep=1', headers: { accept: 'text/plain' } },
      options,
    );
    expect(answer).toMatchObject({ status: 503, body: 'not yet' });
    expect(seen[0]?.url).toBe('/api/v1/namespaces/shop/pods/api-green-1:8080/proxy/healthz?deep=1');
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, accept: 'text/plain' });
  });

  it("goes to a Service's first TCP port, which is looked up once", async () => {
    const paths: string[] = [];
    const access = await through((request, response) => {
      paths.push(request.url ?? '');
      const ports = [{ port: 53, protocol: 'UDP' }, { port: 80 }, { port: 81 }];
      response.end(JSON.stringify({ spec: { clusterIP: '10.96.0.7', ports } }));
    });
    await access.proxy.request(service, { path: '/' }, options);
    await access.proxy.request(service, { path: '/' }, options);
    const at = '/api/v1/namespaces/shop/services/api-green';
    expect(paths).toEqual([at, `${at}:80/proxy/`, `${at}:80/proxy/`]);
  });

  it("never leaves the target for the API server's own paths", async () => {
    const paths: string[] = [];
    const access = await through((request, response) => {
      paths.push(request.url ?? '');
      response.end();
    });
    for (const path of ['/../../../secrets', '/a/%2e%2e/%2E%2e/../../nodes', '//elsewhere/x']) {
      await access.proxy.request(pod, { path }, options);
    }
    for (const path of paths) expect(path).toMatch(/^\/api\/v1\/namespaces\/shop\/pods\/api-green-1:8080\/proxy\//);
  });

  it('is not sent with headers by which the API server knows who asks it', async () => {
    const access = await through((_request, response) => response.end());
    for (const name of ['Authorization', 'Impersonate-User', 'x-remote-user', 'Host']) {
      const error = await failure(access.proxy.request(pod, { path: '/', headers: { [name]: 'secret' } }, options));
      expect(error.kind).toBe('invalid');
      expect(error.message).toContain('use access: direct');
      expect(error.message).not.toContain('secret');
    }
  });
});

describe("the API server's own answers", () => {
  it('are told from those of the application, and by what happened', async () => {
    let answer = { code: 503, message: '' };
    const access = await through((_request, response) => answerStatus(response, answer.code, answer.message));
    const cases: [number, string, string][] = [
      [503, 'no endpoints available for service "api-green"', 'no-endpoints'],
      [503, 'error trying to reach service: dial tcp 10.0.0.9:8080: connect: connection refused', 'refused'],
      [
        503,
        'error trying to reach service: proxy error from e.sock while dialing 10.0.0.9:80, code 502: 502 Bad Gateway',
        'refused',
      ],
      [503, 'error trying to reach service: EOF', 'reset'],
      [503, 'error trying to reach service: dial tcp 10.0.0.9:8080: i/o timeout', 'timeout'],
      [502, 'something on the way', 'proxy'],
      [404, 'pods "api-green-1" not found', 'unreachable'],
      [401, 'Unauthorized', 'proxy'],
    ];
    for (const [code, message, kind] of cases) {
      answer = { code, message };
      const error = await failure(access.proxy.request(pod, { path: '/' }, options));
      expect([message, error.kind]).toEqual([message, kind]);
      expect(error.message).not.toContain(token);
    }
  });

  it('name the missing rule when the role does not allow it', async () => {
    const access = await through((_request, response) => answerStatus(response, 403, 'no'));
    const asked = access.proxy.request(pod, { path: '/' }, options);
    await expect(asked).rejects.toThrow(DeploymentError);
    await expect(asked).rejects.toThrow('{"apiGroups":[""],"resources":["pods/proxy"],"verbs":["get"]}');
  });

  it('are not confused with a JSON answer of the application', async () => {
    const access = await through((_request, response) => {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"kind":"Status","message":"mine"}');
    });
    expect(await access.proxy.request(pod, { path: '/' }, options)).toMatchObject({ status: 503 });
  });
});

describe('the TCP check through the API server', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  /** A node that forwards ports, as far as the beginning of the protocol goes. */
  async function node(speak: (socket: WebSocket) => void): Promise<Access> {
    const server = http.createServer((_request, response) => answerStatus(response, 404, 'no port-forward'));
    const sockets = new WebSocketServer({ server, path: '/api/v1/namespaces/shop/pods/api-green-1/portforward' });
    sockets.on('connection', (socket) => {
      const port = [8080 & 0xff, 8080 >> 8];
      socket.send(Buffer.from([0, ...port]));
      socket.send(Buffer.from([1, ...port]));
      speak(socket);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closing.push(() => {
      for (const client of sockets.clients) client.terminate();
      server.close();
    });
    return accessTo((server.address() as AddressInfo).port);
  }

  it('is passed by a port that says nothing, and by one that greets', async () => {
    const quiet = await node(() => undefined);
    expect(await quiet.proxy.connect(pod, options)).toHaveProperty('durationMs');
    const greeting = await node((socket) => socket.send(Buffer.from('\0SSH-2.0')));
    expect(await greeting.proxy.connect(pod, options)).toHaveProperty('durationMs');
  });

  it("is failed with the node's words", async () => {
    const access = await node((socket) =>
      socket.send(Buffer.from('\u0001dial tcp4 127.0.0.1:8080: connection refused')),
    );
    const error = await failure(access.proxy.connect(pod, options));
    expect(error).toMatchObject({ kind: 'refused', reason: 'dial tcp4 127.0.0.1:8080: connection refused' });
  });

  it('says to use direct access where ports are not forwarded, and for Services', async () => {
    const access = await through((_request, response) => answerStatus(response, 404, 'no such subresource'));
    for (const target of [pod, service]) {
      expect((await failure(access.proxy.connect(target, options))).message).toContain('use access: direct');
    }
  });
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { ContainerRuntime } from './container-runtime.ts';
import type { Dialer } from './dialer.ts';
import { ExecEndpoint } from './kubelet-exec.ts';
import { PortForwardEndpoint } from './kubelet-port-forward.ts';
import { readLog, type LogQuery } from './log-reader.ts';
import { renderResourceMetrics, renderSummary, sampleContainers } from './kubelet-metrics.ts';
import type { NodePods } from './pods.ts';
import { messageOf } from './waiting.ts';

export interface KubeletEndpoint {
  /** Takes over a connection of the API server, before its TLS handshake. */
  readonly accept: (socket: Socket) => void;
  close(): void;
}

/**
 * The kubelet's HTTPS endpoint: logs, health, metrics. It listens on no port: the API server reaches it through the
 * egress's Unix socket, which only the user who runs the sandbox can open, and so nobody else can read logs.
 */
export function createKubeletEndpoint(options: {
  certificate: { cert: string; key: string };
  nodeName: string;
  pods: NodePods;
  runtime: ContainerRuntime;
  dialer: Dialer;
}): KubeletEndpoint {
  const { cert, key } = options.certificate;
  const exec = new ExecEndpoint(options.runtime);
  const forward = new PortForwardEndpoint((podIP, port) => {
    const destination = options.dialer.dial(podIP, port);
    return destination.kind === 'connected' ? destination.socket : undefined;
  });
  const server: Server = createServer({ cert, key }, (request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, messageOf(error));
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const [route, namespace = '', name = '', container] = pathParts(request);
    const pod = options.pods.find(namespace, name);
    if (route === 'portForward' && pod) return forward.upgrade(request, socket, head, pod.podIP);
    const runner = pod?.containers.find((one) => one.name === container);
    if (route === 'exec' && runner?.launch) return exec.upgrade(request, socket, head, runner.launch);
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    accept: (socket) => void server.emit('connection', socket),
    close: () => server.closeAllConnections(),
  };
}

async function handle(
  { nodeName, pods }: { nodeName: string; pods: NodePods },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://kubelet');
  const [route, ...rest] = pathParts(request);
  switch (route) {
    case 'healthz':
      return answer(response, 200, 'ok');
    case 'containerLogs':
      return await sendLogs(pods, rest, url.searchParams, response);
    case 'metrics':
      if (rest[0] !== 'resource') break;
      return answer(response, 200, renderResourceMetrics(await sampleContainers(pods)), 'text/plain; version=0.0.4');
    case 'stats': {
      const summary = renderSummary(nodeName, await sampleContainers(pods), new Date());
      return answer(response, 200, JSON.stringify(summary), 'application/json');
    }
    default:
  }
  answer(response, 404, `the sandbox's kubelet does not serve ${url.pathname}`);
}

function pathParts(request: IncomingMessage): string[] {
  const { pathname } = new URL(request.url ?? '/', 'https://kubelet');
  return pathname.split('/').slice(1).map(decodeURIComponent);
}

async function sendLogs(
  pods: NodePods,
  [namespace = '', name = '', container = '']: readonly string[],
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const worker = pods.find(namespace, name);
  const runner = worker?.containers.find((one) => one.name === container);
  if (!worker || !runner) return answer(response, 404, `no container "${container}" of pod "${name}" on this node`);
  const previous = parameters.get('previous') === 'true';
  const log = previous ? runner.logs.previous : runner.logs.current;
  if (!log) {
    const { state } = runner.snapshot();
    const why = state.kind === 'waiting' ? `is waiting to start: ${state.reason}` : 'has no log';
    const which = previous ? `previous terminated container "${container}"` : `container "${container}"`;
    return answer(response, 400, previous ? `${which} in pod "${name}" not found` : `${which} in pod "${name}" ${why}`);
  }
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  for await (const text of readLog(log, logQuery(parameters), closed.signal)) {
    if (closed.signal.aborted) break;
    if (!response.write(text)) await drained(response);
  }
  response.end();
}

function logQuery(parameters: URLSearchParams): LogQuery {
  const number = (name: string) => (parameters.has(name) ? Number(parameters.get(name)) : undefined);
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = parameters.get('sinceTime');
  const since =
    sinceSeconds === undefined ? sinceTime && new Date(sinceTime) : new Date(Date.now() - sinceSeconds * 1000);
  return {
    follow: parameters.get('follow') === 'true',
    timestamps: parameters.get('timestamps') === 'true',
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(since && { since }),
  };
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.once('drain', finish);
    response.once('close', finish);
  });
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

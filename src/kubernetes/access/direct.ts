/** Straight to pod IPs and cluster IPs, for a worker that runs inside the cluster's network or has a proxy into it. */
import * as http from 'node:http';
import {
  AccessError,
  describeRequest,
  describeTarget,
  type AccessTarget,
  type ProbeRequest,
  type RequestOptions,
  type Transport,
} from './access.ts';
import { bounded, exchange, wireBody, wirePath } from './exchange.ts';
import type { ServiceDirectory } from './service-directory.ts';
import { dial, TunnelAgent, type ClusterProxy } from './tunnel.ts';

const pool = { keepAlive: true, maxSockets: 16, maxFreeSockets: 512, timeout: 30_000, scheduling: 'lifo' } as const;

export function createDirectTransport(
  services: Pick<ServiceDirectory, 'find'>,
  proxy: ClusterProxy | null,
): Transport & { close(): void } {
  const agent = (options: http.AgentOptions): http.Agent =>
    proxy === null ? new http.Agent(options) : new TunnelAgent(proxy, options);
  const pooled = agent(pool);
  const fresh = agent({ keepAlive: false });
  return {
    request: (target, request, options) =>
      exchange(describeRequest(target, request), options, async (signal) => {
        const address = await addressOf(services, target);
        return send({ ...address, request, signal, agent: options.freshConnection === true ? fresh : pooled, fresh });
      }),
    connect: (target, options) => connect(services, proxy, target, options),
    close: () => {
      pooled.destroy();
    },
  };
}

async function connect(
  services: Pick<ServiceDirectory, 'find'>,
  proxy: ClusterProxy | null,
  target: AccessTarget,
  options: Pick<RequestOptions, 'timeoutMs' | 'signal'>,
): Promise<{ durationMs: number }> {
  return bounded(`TCP to ${describeTarget(target)}`, options, async (signal) => {
    const address = await addressOf(services, target);
    const started = performance.now();
    const socket = await dial({ ...address, signal }, proxy);
    socket.on('error', () => undefined).destroy();
    return { durationMs: Math.round((performance.now() - started) * 10) / 10 };
  });
}

async function addressOf(
  services: Pick<ServiceDirectory, 'find'>,
  target: AccessTarget,
): Promise<{ host: string; port: number }> {
  if (target.kind === 'pod') return { host: target.ip, port: target.port };
  const { clusterIP, port } = await services.find(target);
  if (clusterIP !== null) return { host: clusterIP, port };
  const reason = 'it is headless, so it has no address of its own: use access: proxy';
  throw new AccessError('unreachable', describeTarget(target), reason);
}

interface Sending {
  readonly host: string;
  readonly port: number;
  readonly request: ProbeRequest;
  readonly signal: AbortSignal;
  readonly agent: http.Agent;
  readonly fresh: http.Agent;
}

async function send(sending: Sending): Promise<http.IncomingMessage> {
  const sent = sendOnce(sending);
  try {
    return await sent.answered;
  } catch (error) {
    // A kept connection that the server closed at that very moment says nothing about the server.
    const staleConnection = sent.request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (!staleConnection || !isSafe(sending.request.method) || sending.signal.aborted) throw error;
    return sendOnce({ ...sending, agent: sending.fresh }).answered;
  }
}

function sendOnce({ host, port, request, signal, agent }: Sending): {
  readonly request: http.ClientRequest;
  readonly answered: Promise<http.IncomingMessage>;
} {
  const { method = 'GET', path } = request;
  const { body, headers } = wireBody(request);
  const sent = http.request({ host, port, method, path: wirePath(path), headers, agent, signal });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', reject);
    // An answer that switches the protocol ends the connection and is no error to Node.
    sent.once('close', () => {
      reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }));
    });
  });
  sent.end(body);
  return { request: sent, answered };
}

function isSafe(method: string | undefined): boolean {
  return method === undefined || method === 'GET' || method === 'HEAD';
}

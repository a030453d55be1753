/** TCP through an HTTP proxy that answers CONNECT. */
import * as http from 'node:http';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { AccessError, type AccessErrorKind } from './access.ts';
import { failureOf } from './exchange.ts';

export interface ClusterProxy {
  readonly host: string;
  readonly port: number;
  readonly authorization: string | null;
}

/** The proxy that the setting names, null without one. Throws an Error when it is no HTTP address. */
export function clusterProxyOf(setting: string | undefined): ClusterProxy | null {
  if (setting === undefined || setting === '') return null;
  const url = URL.canParse(setting) ? new URL(setting) : null;
  if (url?.protocol !== 'http:') {
    throw new Error('CUTOVER_CLUSTER_PROXY is no HTTP address: write it as http://127.0.0.1:8080');
  }
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: Number(url.port === '' ? 80 : url.port),
    authorization: user === ':' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortSignal | undefined;
}

/** A TCP connection to the destination, directly or through the proxy. Rejects with the network's error or AccessError. */
export function dial(destination: Destination, proxy: ClusterProxy | null): Promise<Duplex> {
  return proxy === null ? dialDirectly(destination) : dialThrough(proxy, destination);
}

function dialDirectly({ host, port, signal }: Destination): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, ...(signal === undefined ? {} : { signal }) });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function dialThrough(proxy: ClusterProxy, { host, port, signal }: Destination): Promise<Duplex> {
  const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization },
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      const said = head.toString('utf8').trim().slice(0, 200);
      reject(failureOf(refusals[statusCode] ?? 'proxy', authority, said || `the proxy answered ${statusCode}`));
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') reject(error);
      else
        reject(new AccessError('proxy', authority, `the proxy ${proxy.host}:${proxy.port} failed: ${error.message}`));
    });
    request.end();
  });
}

/** What proxies answer to CONNECT when they cannot reach the destination, or may not. */
const refusals: Readonly<Record<number, AccessErrorKind>> = {
  403: 'unreachable',
  404: 'unreachable',
  502: 'refused',
  503: 'no-endpoints',
  504: 'timeout',
};

/** An agent whose connections go through the proxy. */
export class TunnelAgent extends http.Agent {
  readonly #proxy: ClusterProxy;

  constructor(proxy: ClusterProxy, options: http.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: http.ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const destination = { host: options.host ?? '', port: Number(options.port), signal: options.signal };
    void this.#dial(destination, callback);
  }

  async #dial(
    destination: Destination,
    callback: ((error: Error | null, socket: Duplex) => void) | undefined,
  ): Promise<void> {
    try {
      callback?.(null, await dialThrough(this.#proxy, destination));
    } catch (error) {
      callback?.(error as Error, undefined as never);
    }
  }
}

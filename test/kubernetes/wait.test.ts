import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';
import { waitUntil } from '../../src/kubernetes/wait.ts';

interface Item {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly value: number;
}

/** An API server with one collection, whose answers the test gives one by one. */
class ScriptedServer {
  readonly #server: Server;
  readonly watches: ServerResponse[] = [];
  readonly seen: URL[] = [];
  lists = 0;
  onList: (response: ServerResponse) => void = (response) => list(response, []);
  onWatch: (response: ServerResponse) => void = () => undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  async listen(): Promise<Cluster> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser({ name: 'test', server, skipTLSVerify: true }, { name: 'test' });
    return connectCluster(kubeConfig);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The status of the next watch; 200 where there is none. */
  statuses: number[] = [];

  #answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const asked = new URL(url, 'http://server');
    this.seen.push(asked);
    if (asked.searchParams.get('watch') !== 'true') {
      this.lists += 1;
      this.onList(response);
      return;
    }
    const status = this.statuses.shift() ?? 200;
    if (status !== 200) {
      response.writeHead(status).end('{"message":"cannot watch"}');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    this.watches.push(response);
    this.onWatch(response);
  }
}

function item(value: number, version = '2'): Item {
  return { metadata: { uid: 'one', resourceVersion: version }, value };
}

function list(response: ServerResponse, items: Item[], version = '1'): void {
  response.end(JSON.stringify({ metadata: { resourceVersion: version }, items }));
}

function send(response: ServerResponse | undefined, type: string, object: unknown): void {
  response?.write(`${JSON.stringify({ type, object })}\n`);
}

let server: ScriptedServer;
let cluster: Cluster;

beforeEach(async () => {
  server = new ScriptedServer();
  cluster = await server.listen();
});

afterEach(() => {
  vi.restoreAllMocks();
  cluster.close();
  server.close();
});

function waitFor(value: number, { timeoutMs = 5_000, signal = new AbortController().signal } = {}) {
  return waitUntil(cluster, {
    sources: { items: { path: '/api/v1/items', labelSelector: 'app=api', read: (object: Item) => object.value } },
    look: ({ items }) => (items.includes(value) ? `found ${value}` : null),
    timeoutMs,
    signal,
  });
}

describe('a wait', () => {
  it('is over at once when the list has it, and asks for what is selected', async () => {
    server.onList = (response) => list(response, [item(1)]);
    expect(await waitFor(1)).toEqual({ reached: true, value: 'found 1' });
    expect(server.seen[0]?.searchParams.get('labelSelector')).toBe('app=api');
  });

  it('is over with the change that brings it', async () => {
    server.onWatch = (response) => {
      send(response, 'ADDED', item(1));
      send(response, 'MODIFIED', item(2, '3'));
    };
    expect(await waitFor(2)).toMatchObject({ reached: true });
    expect(server.watches).toHaveLength(1);
  });

  it('goes on from where it was when the watch ends', async () => {
    server.onWatch = (response) => {
      if (server.watches.length > 1) send(response, 'ADDED', item(5, '9'));
      else {
        send(response, 'BOOKMARK', { metadata: { resourceVersion: '8' } });
        response.end();
      }
    };
    expect(await waitFor(5)).toMatchObject({ reached: true });
    expect(server.lists).toBe(1);
    expect(server.seen.at(-1)?.searchParams.get('resourceVersion')).toBe('8');
  });

  it('lists again when the server no longer has the version', async () => {
    server.onWatch = (response) => send(response, 'ERROR', { code: 410, reason: 'Expired' });
    server.onList = (response) => list(response, server.lists > 1 ? [item(7)] : []);
    expect(await waitFor(7)).toMatchObject({ reached: true });
    expect(server.lists).toBe(2);
  });

  it('forgets what was deleted', async () => {
    const values: (readonly number[])[] = [];
    server.onList = (response) => list(response, [item(1)]);
    server.onWatch = (response) => send(response, 'DELETED', item(1, '4'));
    const waited = await waitUntil(cluster, {
      sources: { items: { path: '/api/v1/items', read: (object: Item) => object.value } },
      look: ({ items }) => {
        values.push(items);
        return items.length === 0 ? true : null;
      },
      timeoutMs: 5_000,
      signal: new AbortController().signal,
    });
    expect(waited).toEqual({ reached: true, value: true });
    expect(values).toEqual([[1], []]);
  });

  it('waits trouble of the server out', async () => {
    server.onList = (response) => {
      if (server.lists < 3) response.writeHead(503).end('{"message":"starting"}');
      else list(response, [item(1)]);
    };
    expect(await waitFor(1)).toMatchObject({ reached: true });
  });

  it('ends at the deadline, with the trouble that it had', async () => {
    server.onList = (response) => response.writeHead(503).end('{"message":"starting"}');
    expect(await waitFor(1, { timeoutMs: 300 })).toEqual({ reached: false, trouble: 'starting (HTTP 503)' });
  });

  it('does not go on after what cannot get better', async () => {
    server.onList = (response) => response.writeHead(403).end('{"message":"cannot list"}');
    await expect(waitFor(1)).rejects.toMatchObject({ failure: 'Forbidden' });
  });

  it('goes on where a server that has just started forbids for a moment what it had allowed', async () => {
    server.statuses = [200, 403, 403];
    server.onWatch = (response) => {
      if (server.watches.length === 1) setImmediate(() => response.socket?.resetAndDestroy());
      else send(response, 'ADDED', item(3));
    };
    expect(await waitFor(3)).toMatchObject({ reached: true });
  });

  it('does not go on where that moment does not end', async () => {
    server.statuses = Array.from({ length: 100 }, () => 403);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_000));
    await expect(waitFor(3, { timeoutMs: 20_000 })).rejects.toMatchObject({ failure: 'Forbidden' });
    expect(server.seen.length).toBeGreaterThan(2);
  });

  it('goes on when the connection of its watch breaks', async () => {
    server.onWatch = (response) => {
      if (server.watches.length === 1) setImmediate(() => response.socket?.resetAndDestroy());
      else send(response, 'ADDED', item(3));
    };
    expect(await waitFor(3)).toMatchObject({ reached: true });
  });

  it('stops at once when it is told to, and closes its watch', async () => {
    const stop = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.onWatch = (response) => {
        response.once('close', () => resolve());
        stop.abort(new Error('interrupted'));
      };
    });
    await expect(waitFor(1, { signal: stop.signal })).rejects.toThrow('interrupted');
    await closed;
  });
});

describe('a request', () => {
  it('that is not answered in time does not hang its caller', async () => {
    server.onList = () => undefined;
    await expect(cluster.api.json({ path: '/api/v1/items', timeoutMs: 100 })).rejects.toThrow('aborted');
  });

  it('is counted', async () => {
    await cluster.api.json({ path: '/api/v1/items' });
    expect(cluster.api.requests).toBe(1);
  });
});

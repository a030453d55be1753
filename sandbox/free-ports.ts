import { createServer, type AddressInfo, type Server } from 'node:net';

/** From `from` on, without `to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** That many ports of 127.0.0.1 that nobody listens on: the first of the range, any others where it has too few. */
export async function freePorts(count: number, range: PortRange): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let port = range.from; port < range.to && servers.length < count; port += 1) {
      const server = await listen('127.0.0.1', port).catch(() => null);
      if (server !== null) servers.push(server);
    }
    while (servers.length < count) servers.push(await listen('127.0.0.1', 0));
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Listens on exactly that address; rejects where somebody else does. */
export function listen(host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

/**
 * Rejects where somebody listens on that port of 127.0.0.1. A program that is given such a port ends, but before it does,
 * the other one's answers would pass for its own.
 */
export async function demandFree(port: number): Promise<void> {
  const server = await listen('127.0.0.1', port).catch((error: unknown) => {
    throw new Error(`port ${port} of 127.0.0.1 is taken: name another one, or stop who listens there`, {
      cause: error,
    });
  });
  await new Promise((resolve) => server.close(resolve));
}

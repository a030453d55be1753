/** Stands before Temporal, in this process: what goes through it can be cut off, or be left hanging. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy {
  readonly address: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #way: 'open' | 'cut' | 'hanging' = 'open';

  private constructor(server: Server, host: string, port: number) {
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => this.#accept(client, host, port));
  }

  static async before(address: string): Promise<TcpProxy> {
    const [host = '', port = ''] = address.split(':');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpProxy(server, host, Number(port));
  }

  /** Every connection breaks, and each new one. */
  cut(): void {
    this.#way = 'cut';
    for (const [client] of this.#pairs) client.resetAndDestroy();
  }

  /** Connections stay, and are made; nothing goes through any of them. */
  hang(): void {
    this.#way = 'hanging';
    for (const [client, server] of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  /** What was held up goes through. */
  resume(): void {
    this.#way = 'open';
    for (const [client, server] of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(client: Socket, host: string, port: number): void {
    client.on('error', () => client.destroy());
    if (this.#way === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host, port });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
      if (this.#way === 'hanging') from.pause();
    }
  }
}

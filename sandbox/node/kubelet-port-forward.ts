import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** Two channels a port: data and errors. Each begins with the port's number, two bytes, little-endian. */
const PROTOCOL = 'v4.channel.k8s.io';
const PAUSE_AT_BYTES = 1024 * 1024;

/** Answers port-forward over a WebSocket: a connection to each port asked for, on the pod's own address. */
export class PortForwardEndpoint {
  readonly #server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #dial: (podIP: string, port: number) => Socket | undefined;

  constructor(dial: (podIP: string, port: number) => Socket | undefined) {
    this.#dial = dial;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, podIP: string): void {
    const parameters = new URL(request.url ?? '/', 'https://kubelet').searchParams;
    const ports = [...parameters.getAll('port'), ...parameters.getAll('ports')].map(Number);
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const connections = ports.map((port, index) => this.#forward(client, { podIP, port, channel: index * 2 }));
      client.on('message', (data: Buffer) => connections[(data[0] ?? 0) / 2]?.write(data.subarray(1)));
      const end = (): void => {
        for (const connection of connections) connection?.destroy();
      };
      client.on('error', end);
      client.on('close', end);
    });
  }

  #forward(
    client: WebSocket,
    { podIP, port, channel }: { podIP: string; port: number; channel: number },
  ): Socket | undefined {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    send(client, channel, number);
    send(client, channel + 1, number);
    const connection = this.#dial(podIP, port);
    const refused = (reason: string): void => {
      send(client, channel + 1, Buffer.from(`the pod does not take connections to port ${port}: ${reason}`));
      client.close();
    };
    if (connection === undefined) refused('it has no address');
    connection?.on('error', (error) => refused(error.message));
    connection?.on('data', (chunk: Buffer) => {
      if (client.bufferedAmount > PAUSE_AT_BYTES) connection.pause();
      send(client, channel, chunk, () => connection.resume());
    });
    connection?.on('end', () => client.close());
    return connection;
  }
}

function send(client: WebSocket, channel: number, data: Buffer, sent: () => void = () => undefined): void {
  client.send(Buffer.concat([Buffer.from([channel]), data]), sent);
}

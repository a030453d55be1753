import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections on which no request has come yet. Clients keep some in reserve, and to `server.close()` they are not
 * idle: one alone would hold a shutdown up until its grace is over.
 */
export class SpareConnections {
  readonly #spare = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#spare.add(socket);
      socket.once('close', () => this.#spare.delete(socket));
    });
    server.on('request', ({ socket }) => this.#spare.delete(socket));
  }

  /** Those that are here now; nothing is sent on them that has begun to arrive. */
  list(): readonly Socket[] {
    return [...this.#spare].filter(({ bytesRead }) => bytesRead === 0);
  }
}

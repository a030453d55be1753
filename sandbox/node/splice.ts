import type { Socket } from 'node:net';

/**
 * Joins two connections: bytes flow both ways with backpressure, an end of one side is passed on while the other goes on
 * sending, and an error of one resets the other. Both must have been opened with `allowHalfOpen`.
 */
export function splice(one: Socket, other: Socket): void {
  join(one, other);
  join(other, one);
}

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.once('error', () => reset(to));
  // Closed in both directions, or destroyed: then there is nobody left to answer.
  from.once('close', () => {
    if (!to.destroyed) to.destroySoon();
  });
}

/** A Unix socket, which has no address, knows no reset. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

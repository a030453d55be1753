import { connect } from 'node:net';

const patienceMs = 2_000;
const defaultPort = '7233';

/** What a plain TCP connection finds at `host:port`, as the reason why nothing better could be had of it. */
export function whyUnreachable(address: string): Promise<string> {
  const [, host = '', portText = defaultPort] = /^\[?([^[\]]+?)\]?(?::(\d+))?$/.exec(address) ?? [];
  const port = Number(portText);
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return Promise.resolve('this is no address: write it as host:port');
  }
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const settle = (reason: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => {
      settle('something listens there, but it does not speak to this client: check TLS and the address');
    });
    socket.once('timeout', () => {
      settle('it does not answer');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(reasons[error.code ?? ''] ?? error.message);
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closes the connection',
};

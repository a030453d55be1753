import { connect } from 'node:net';
import type { TemporalConnection } from './settings.ts';
import { whyTlsFails } from './why-tls-fails.ts';

const patienceMs = 2_000;
const defaultPort = '7233';

/** What a connection finds at `host:port`, as the reason why nothing better could be had of it. */
export async function whyUnreachable({ address, tls }: Pick<TemporalConnection, 'address' | 'tls'>): Promise<string> {
  const [, host = '', portText = defaultPort] = /^\[?([^[\]]+?)\]?(?::(\d+))?$/.exec(address) ?? [];
  const port = Number(portText);
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return 'this is no address: write it as host:port';
  }
  return (await tcpTrouble(host, port)) ?? (await whyTlsFails({ host, port }, tls)) ?? silent;
}

const silent = 'something listens there, but it does not speak to this client: check TLS and the address';

/** Why there is no TCP connection; null when there is one. */
function tcpTrouble(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const settle = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => {
      settle(null);
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

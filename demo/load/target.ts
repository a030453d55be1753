import { isIPv4 } from 'node:net';

/** Where requests go, taken apart once instead of for each request. */
export interface Target {
  readonly url: string;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
}

/**
 * The target of an http URL on this machine. Throws an Error for any other host: a load generator must not be pointed
 * at somebody's server by a slip.
 */
export function parseTarget(url: string): Target {
  if (!URL.canParse(url)) throw new Error(`${url} is not a URL: write http://127.0.0.1:8080/path`);
  const { protocol, hostname: bracketed, port, pathname, search } = new URL(url);
  if (protocol !== 'http:') throw new Error(`${url} is not supported: the load generator speaks http only`);
  const hostname = bracketed.replace(/^\[(.*)\]$/, '$1');
  if (!isLoopback(hostname)) {
    throw new Error(`${url} is not on this machine: use an address in 127.0.0.0/8, ::1 or localhost`);
  }
  return { url, hostname, port: port === '' ? 80 : Number(port), path: pathname + search };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || (isIPv4(hostname) && hostname.startsWith('127.'));
}

/** Why TLS does not come about with something that listens, in words that name the setting to change. */
import { connect, type ConnectionOptions } from 'node:tls';
import type { TemporalConnection } from './settings.ts';

type Tls = TemporalConnection['tls'];

interface Listener {
  readonly host: string;
  readonly port: number;
}

const patienceMs = 2_000;
/** With TLS 1.3 a server refuses a client's certificate, or the want of one, only after the handshake. */
const refusalMs = 500;

/** The reason, or null where TLS is not what is in the way. */
export async function whyTlsFails(listener: Listener, tls: Tls): Promise<string | null> {
  if (tls === undefined || tls === null || tls === false) {
    const code = await shakeHands({ ...listener, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    return code === null || isRefusal(code)
      ? 'it speaks TLS, and no setting asks for that: set TEMPORAL_TLS=true, or the tls of the profile'
      : null;
  }
  const code = await shakeHands({ ...listener, ...optionsOf(listener, tls), ALPNProtocols: ['h2'] });
  return code === null ? null : (reasons[code] ?? `TLS fails (${code}): check the TEMPORAL_TLS_… settings`);
}

function optionsOf({ host }: Listener, tls: Exclude<Tls, undefined | null | false>): ConnectionOptions {
  if (tls === true) return { servername: serverName(host) };
  const { serverNameOverride, serverRootCACertificate: ca, clientCertPair: pair } = tls;
  return {
    servername: serverNameOverride ?? serverName(host),
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(pair === undefined ? {} : { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
}

/** An address is none; without a name the certificate is checked against the address. */
function serverName(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host;
}

/** The code of what went wrong, null when nothing did. */
function shakeHands(options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(options);
    const settle = (code: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(code);
    };
    let timer = setTimeout(() => settle('no answer'), patienceMs);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      timer = setTimeout(() => settle(null), refusalMs);
    });
    // An HTTP/2 server speaks first, once it has taken the client.
    socket.once('data', () => settle(null));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    socket.once('close', () => settle(closed));
  });
}

const closed = 'closed';
const wantsCertificate = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';

/** Who refuses in this way speaks TLS. */
function isRefusal(code: string): boolean {
  return code === wantsCertificate;
}

const untrusted =
  'its TLS certificate is not signed by an authority that is trusted here: set TEMPORAL_TLS_SERVER_CA_CERT_PATH';

const reasons: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: 'its TLS certificate has expired: renew it',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its TLS certificate is for another name: correct the address, or set TEMPORAL_TLS_SERVER_NAME',
  [wantsCertificate]:
    'over TLS it asks for a client certificate: set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  [closed]:
    'it ends the TLS connection at once, as with a client certificate that it does not trust: check TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'it does not trust the client certificate: correct TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS, and the settings ask for it: set TEMPORAL_TLS=false',
};

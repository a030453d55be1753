/** One request to an address of its own, which is no pod and no Service: a Prometheus server, a webhook. */
import * as http from 'node:http';
import * as https from 'node:https';
import { AccessError, type HttpAnswer, type ProbeRequest, type RequestOptions } from '../kubernetes/access/index.ts';
import { exchange, wireBody } from '../kubernetes/access/exchange.ts';

export interface AddressOptions extends RequestOptions {
  /** Whose certificates are trusted, in PEM; by default those of Node. */
  readonly ca?: string;
}

/**
 * Sends `request` to `address`, to which its path is added. Any status is an answer; a redirect is not followed. Rejects
 * with an AccessError that names the address without its query, with the signal's reason when stopped.
 */
export async function askAddress(
  address: string,
  request: ProbeRequest,
  { ca, ...options }: AddressOptions,
): Promise<HttpAnswer> {
  const url = new URL(address);
  const path = pathOf(url, request.path);
  const what = `${request.method ?? 'GET'} ${url.origin}${path.split('?', 1)[0] ?? ''}`.slice(0, 300);
  const { body, headers } = wireBody(request);
  try {
    return await exchange(what, options, (signal) => {
      const send = url.protocol === 'https:' ? https.request : http.request;
      const sent = {
        method: request.method ?? 'GET',
        headers,
        agent: false,
        signal,
        ...(ca === undefined ? {} : { ca }),
      };
      return new Promise((resolve, reject) => {
        send(new URL(url.origin + path), sent, resolve)
          .on('error', reject)
          .end(body);
      });
    });
  } catch (error) {
    throw withTlsReason(what, error);
  }
}

/** The path of the address is where the one of the request begins. */
function pathOf(address: URL, path: string): string {
  const query = [address.search.slice(1), path.split('?').slice(1).join('?')].filter((part) => part !== '').join('&');
  const [asked = ''] = path.split('?', 1);
  const joined = asked === '' || asked === '/' ? address.pathname : address.pathname.replace(/\/+$/, '') + asked;
  return joined + (query === '' ? '' : `?${query}`);
}

function withTlsReason(what: string, error: unknown): unknown {
  if (!(error instanceof AccessError)) return error;
  const { code = '', message = '' } = (error.cause ?? {}) as Partial<NodeJS.ErrnoException>;
  const reason = tlsReasons[message.includes('wrong version number') ? 'ERR_SSL_WRONG_VERSION_NUMBER' : code];
  return reason === undefined ? error : new AccessError('other', what, `${reason} (${code})`, { cause: error.cause });
}

const untrusted = 'its TLS certificate is not signed by an authority that is trusted here';

const tlsReasons: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: 'its TLS certificate has expired: renew it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name: correct the address',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: write http:// instead of https://',
  EPROTO: 'TLS does not come about with it',
};

/** Certificates of a day, made with openssl: an authority, a server at localhost, a client. Paths of PEM files. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly authority: Certificate;
  readonly server: Certificate;
  readonly client: Certificate;
}

export function makeCertificates(directory: string): Certificates {
  const authority = pairAt(directory, 'authority');
  openssl('req', '-x509', ...newKey(authority, 'authority'), '-out', authority.cert, '-days', '1');
  return {
    authority,
    server: signed(directory, 'server', authority, 'subjectAltName=DNS:localhost'),
    client: signed(directory, 'client', authority, 'extendedKeyUsage=clientAuth'),
  };
}

function signed(directory: string, name: string, authority: Certificate, extension: string): Certificate {
  const pair = pairAt(directory, name);
  const request = join(directory, `${name}.csr`);
  // Without an extension it would be a certificate of version 1, which the worker's native core does not take.
  const extensions = join(directory, `${name}.extensions`);
  writeFileSync(extensions, extension);
  openssl('req', ...newKey(pair, name), '-out', request);
  const by = ['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial'];
  openssl('x509', '-req', '-in', request, ...by, '-out', pair.cert, '-days', '1', '-extfile', extensions);
  return pair;
}

function pairAt(directory: string, name: string): Certificate {
  return { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
}

function newKey({ key }: Certificate, name: string): string[] {
  return [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    key,
    '-subj',
    `/CN=${name}`,
  ];
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Temporal behind TLS and API keys, as the settings of @temporalio/envconfig say. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { cutover, startWorker, type CommandResult } from '../../demo/processes.ts';
import '../setup/provided.ts';
import { makeCertificates, type Certificates } from './certificates.ts';

let directory: string;
let made: Certificates;
let others: Certificates;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cutover-tls-'));
  mkdirSync(join(directory, 'others'));
  made = makeCertificates(directory);
  others = makeCertificates(join(directory, 'others'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** The sandbox's Temporal behind TLS, for clients with a certificate; its address. */
function front(): Promise<string> {
  const [host, port] = inject('sandbox').temporalAddress.split(':');
  const server = createServer({ ...tlsOptions(), requestCert: true, rejectUnauthorized: true }, (socket) => {
    const behind = connect({ host, port: Number(port) });
    socket.on('error', () => behind.destroy()).on('close', () => behind.destroy());
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
    ends.push(() => void socket.destroy());
  });
  return listening(server);
}

/** A Temporal that lets nobody in; it keeps what it was asked with. */
async function refusing(): Promise<{ address: string; keys: Set<string> }> {
  const keys = new Set<string>();
  const server = createSecureServer(tlsOptions());
  server.on('stream', (stream, { authorization = 'nothing' }) => {
    keys.add(authorization);
    const status = { 'grpc-status': '16', 'grpc-message': 'the key is not known' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
  });
  server.on('session', (session) => ends.push(() => session.destroy()));
  return { address: await listening(server), keys };
}

function tlsOptions(): TlsOptions {
  const [ca, cert, key] = [made.authority.cert, made.server.cert, made.server.key].map((file) => readFileSync(file));
  return { ca, cert, key, ALPNProtocols: ['h2'] };
}

async function listening(server: ReturnType<typeof createServer | typeof createSecureServer>): Promise<string> {
  ends.push(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `localhost:${(server.address() as AddressInfo).port}`;
}

/** The environment without any setting of Temporal but these. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  const { deployerKubeconfig } = inject('sandbox');
  return { ...Object.fromEntries(rest), XDG_CONFIG_HOME: directory, KUBECONFIG: deployerKubeconfig, ...settings };
}

function list(settings: Record<string, string>): Promise<CommandResult> {
  return cutover(['list', '--json'], environment(settings));
}

function byEnvironment(address: string, { authority, client }: Certificates): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.cert,
    TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
  };
}

function byProfile(address: string, { authority, client }: Certificates): Record<string, string> {
  const file = join(directory, 'temporal.toml');
  const tls = { server_ca_cert_path: authority.cert, client_cert_path: client.cert, client_key_path: client.key };
  const lines = Object.entries(tls).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  writeFileSync(file, ['[profile.far]', `address = "${address}"`, '[profile.far.tls]', ...lines, ''].join('\n'));
  return { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'far' };
}

describe('Temporal behind TLS', () => {
  it.each([
    ['the environment', byEnvironment],
    ['a profile of a file', byProfile],
  ])('is reached with a CA and a client certificate from %s, by commands and by the worker', async (_, settings) => {
    const given = settings(await front(), made);
    expect(await list(given)).toMatchObject({ code: 0, stderr: '' });
    // What it logs beside that may be read first.
    const said: string[] = [];
    const worker = startWorker(environment({ ...given, CUTOVER_TASK_QUEUE: 'tls' }), (line) => said.push(line));
    ends.push(() => worker.stop());
    await expect.poll(() => said.join('\n')).toContain('polling task queue tls');
  });

  it('is one line of error that says what to set, where it cannot be reached so', async () => {
    const address = await front();
    const right = byEnvironment(address, made);
    const wrongs: [Record<string, string>, string][] = [
      [{ TEMPORAL_ADDRESS: address }, 'set TEMPORAL_TLS=true'],
      [without(right, 'CLIENT'), 'set TEMPORAL_TLS_CLIENT_CERT_PATH'],
      [without(right, 'SERVER'), 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
      [byEnvironment(address, others), 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
      [
        { ...without(byEnvironment(address, others), 'SERVER'), ...without(right, 'CLIENT') },
        'TEMPORAL_TLS_CLIENT_CERT_PATH',
      ],
    ];
    const answers = await Promise.all(wrongs.map(([settings]) => list(settings)));
    for (const [index, { code, stderr }] of answers.entries()) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/^cannot reach Temporal at localhost:\d+ \(from TEMPORAL_ADDRESS\): [^\n]*TLS[^\n]*\n$/);
      expect(stderr).toContain(wrongs[index]?.[1]);
    }
  });
});

function without(settings: Record<string, string>, part: string): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !name.includes(part)));
}

describe('an API key', () => {
  it('is sent, over TLS, and where it is refused the error says so without it', async () => {
    const { address, keys } = await refusing();
    const key = 'canary-key-4be1';
    const given = {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_API_KEY: key,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: made.authority.cert,
    };
    const { code, stdout, stderr } = await list(given);
    expect(code).toBe(1);
    expect([...keys]).toEqual([`Bearer ${key}`]);
    expect(stderr).toMatch(/the key is not known\n$/);
    expect(stdout + stderr).not.toContain(key);
  });
});

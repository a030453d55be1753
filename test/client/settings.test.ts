import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/client/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'cutover-settings-'));
const file = join(folder, 'temporal.toml');
writeFileSync(
  file,
  '[profile.default]\naddress = "one:7233"\n[profile.prod]\naddress = "two:7233"\nnamespace = "shop"\napi_key = "secret"\n',
);
const data = (text: string): Uint8Array => new TextEncoder().encode(text);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the settings', () => {
  it.each([
    [{ XDG_CONFIG_HOME: folder }, 'localhost:7233', 'the default; set TEMPORAL_ADDRESS or a profile'],
    [{ TEMPORAL_CONFIG_FILE: file }, 'one:7233', 'from the profile "default" of the Temporal configuration file'],
    [
      { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod' },
      'two:7233',
      'from the profile "prod" of the Temporal configuration file',
    ],
    [{ TEMPORAL_CONFIG_FILE: file, TEMPORAL_ADDRESS: 'three:1' }, 'three:1', 'from TEMPORAL_ADDRESS'],
  ])('with %j name the address and where it is from', (env, address, source) => {
    expect(readSettings({ env })).toMatchObject({ address, source });
  });

  it('take namespace, API key and TLS from the profile', () => {
    expect(readSettings({ env: { TEMPORAL_CONFIG_FILE: file }, profile: 'prod' })).toMatchObject({
      namespace: 'shop',
      taskQueue: 'cutover',
      connection: { address: 'two:7233', apiKey: 'secret', tls: true },
    });
  });

  it('take TLS from the environment, before the profile', () => {
    const env = {
      TEMPORAL_CONFIG_FILE: file,
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'ca',
      TEMPORAL_TLS_CLIENT_CERT_DATA: 'cert',
      TEMPORAL_TLS_CLIENT_KEY_DATA: 'key',
      TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
    };
    expect(readSettings({ env }).connection.tls).toEqual({
      serverNameOverride: 'temporal.example',
      serverRootCACertificate: data('ca'),
      clientCertPair: { crt: data('cert'), key: data('key') },
    });
    expect(readSettings({ env: { ...env, TEMPORAL_TLS: 'false' } }).connection.tls).toBe(false);
    expect(readSettings({ env: { TEMPORAL_CONFIG_FILE: file } }).connection.tls).toBeUndefined();
  });

  it('take the API key, which turns TLS on, and headers from the environment', () => {
    const env = { XDG_CONFIG_HOME: folder, TEMPORAL_API_KEY: 'key', TEMPORAL_GRPC_META_X_TEAM: 'shop' };
    expect(readSettings({ env }).connection).toMatchObject({
      apiKey: 'key',
      tls: true,
      metadata: { 'x-team': 'shop' },
    });
  });

  it('take the task queue from CUTOVER_TASK_QUEUE', () => {
    expect(readSettings({ env: { XDG_CONFIG_HOME: folder, CUTOVER_TASK_QUEUE: 'q' } }).taskQueue).toBe('q');
  });

  it('encrypt payloads by CUTOVER_PAYLOAD_KEYS alone, and refuse one that is not as it has to be', () => {
    const env = { XDG_CONFIG_HOME: folder };
    expect(readSettings({ env }).payloadCodec.encrypts).toBe(false);
    const key = Buffer.alloc(32, 1).toString('base64');
    expect(readSettings({ env: { ...env, CUTOVER_PAYLOAD_KEYS: `k1:${key}` } }).payloadCodec.encrypts).toBe(true);
    expect(() => readSettings({ env: { ...env, CUTOVER_PAYLOAD_KEYS: 'k1' } })).toThrow(
      /^CUTOVER_PAYLOAD_KEYS: entry 1 /,
    );
  });

  it.each([
    [{ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'nobody' }],
    [{ XDG_CONFIG_HOME: folder, TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'none.pem') }],
  ])('that cannot be read say so: %j', (env) => {
    expect(() => readSettings({ env })).toThrow(/^the settings for Temporal cannot be read: /);
  });
});

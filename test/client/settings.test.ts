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

  it('take the task queue from CUTOVER_TASK_QUEUE', () => {
    expect(readSettings({ env: { XDG_CONFIG_HOME: folder, CUTOVER_TASK_QUEUE: 'q' } }).taskQueue).toBe('q');
  });

  it.each([
    [{ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'nobody' }],
    [{ XDG_CONFIG_HOME: folder, TEMPORAL_TLS_CLIENT_CERT_PATH: join(folder, 'none.pem') }],
  ])('that cannot be read say so: %j', (env) => {
    expect(() => readSettings({ env })).toThrow(/^the settings for Temporal cannot be read: /);
  });
});
